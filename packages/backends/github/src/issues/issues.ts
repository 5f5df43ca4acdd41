import { isInternalTask, isOrchError, orchError, type Forge, type TaskId } from "@orch/core";

import { orAbsent } from "../client/forge-errors.ts";
import { everyPage, type Repository } from "../repository.ts";
import { issueOf, labelNames, taskIdOf, type IssueRow } from "../shapes.ts";
import { markedText, markLine } from "../text.ts";

type IssueMethods = Pick<
  Forge,
  "issue" | "relations" | "openIssue" | "ensureLabels" | "setLabels" | "closeIssue" | "reopenIssue"
>;

/** Issues, their labels and their relations. */
export function issuesOf(repository: Repository): IssueMethods {
  return {
    async issue(id) {
      const row = isInternalTask(id) ? undefined : await rowOf(repository, id);
      return row === undefined ? undefined : issueOf(row);
    },
    relations: (id) => relationsOf(repository, id),
    openIssue: (issue) => open(repository, issue),
    ensureLabels: (labels) => ensureLabels(repository, labels),
    setLabels: (change) => setLabels(repository, change),
    async closeIssue({ id, as }) {
      const row = await presentRow(repository, id);
      if (row.state === "closed" && issueOf(row).closedAs === as) return;
      const rest = repository.client.rest("status");
      await rest.issues.update({ ...repository.at, issue_number: Number(id), state: "closed", state_reason: as });
    },
    async reopenIssue(id) {
      const row = await presentRow(repository, id);
      if (row.state === "open") return;
      await repository.client
        .rest("status")
        .issues.update({ ...repository.at, issue_number: Number(id), state: "open" });
    },
  };
}

/** Undefined where there is no such issue; a repository that can't be seen is an error all the same. */
async function rowOf({ client, at }: Repository, id: TaskId): Promise<IssueRow | undefined> {
  const rest = client.rest("dispatch");
  const number = Number(id);
  const answer = await orAbsent(rest.issues.get({ ...at, issue_number: number }));
  if (answer === undefined) {
    await rest.repos.get(at);
    return undefined;
  }
  // One that was moved away is answered from where it is now, under another number.
  const { data } = answer;
  return data.number === number && data.pull_request === undefined ? data : undefined;
}

async function presentRow(repository: Repository, id: TaskId): Promise<IssueRow> {
  const row = isInternalTask(id) ? undefined : await rowOf(repository, id);
  if (row === undefined) throw orchError("forge_missing", `${repository.fullName} has no issue ${id}`);
  return row;
}

async function relationsOf(repository: Repository, id: TaskId): ReturnType<Forge["relations"]> {
  const { client, at } = repository;
  const rest = client.rest("dispatch");
  const issue = { ...at, issue_number: Number(id) };
  const children = await orAbsent(everyPage((page) => rest.issues.listSubIssues({ ...issue, ...page })));
  const blockers = await orAbsent(everyPage((page) => rest.issues.listDependenciesBlockedBy({ ...issue, ...page })));
  // A server without relations knows of none; without the issue it is another matter.
  if (children === undefined || blockers === undefined) await presentRow(repository, id);
  const here = (rows: readonly (IssueRow & { repository_url: string })[] = []): readonly TaskId[] =>
    rows
      .filter(({ repository_url: url }) => url.toLowerCase().endsWith(`/${repository.fullName.toLowerCase()}`))
      .map(({ number }) => taskIdOf(number));
  return { children: here(children), blockedBy: here(blockers) };
}

async function open(
  repository: Repository,
  { title, body, labels, marker, parent }: Parameters<Forge["openIssue"]>[0],
): ReturnType<Forge["openIssue"]> {
  const { client, at } = repository;
  const known = await ownIssue(repository, marker);
  const text = { title, body: markedText(body, marker), labels: [...labels] };
  const row: IssueRow = known ?? (await client.rest("status").issues.create({ ...at, ...text })).data;
  if (parent !== undefined) await makeChild(repository, { parent, child: row });
  return issueOf(row);
}

/** The issue with this marker among those that we opened ourselves. */
async function ownIssue(repository: Repository, marker: string): Promise<IssueRow | undefined> {
  const { client, at } = repository;
  const { login, id } = await repository.self();
  const mark = markLine(marker);
  const rest = client.rest("status");
  const all = await everyPage((page) => rest.issues.listForRepo({ ...at, creator: login, state: "all", ...page }));
  return all.findLast(
    ({ body, user, pull_request: pull }) => user?.id === id && pull === undefined && body?.includes(mark) === true,
  );
}

/** Where GitHub takes no child (a hundred are there, or it has a parent), the labels tell the relation alone. */
async function makeChild(
  { client, at }: Repository,
  { parent, child }: { parent: TaskId; child: IssueRow },
): Promise<void> {
  const rest = client.rest("status");
  const issue = { ...at, issue_number: Number(parent) };
  const children = await orAbsent(everyPage((page) => rest.issues.listSubIssues({ ...issue, ...page })));
  if (children === undefined || children.some(({ id }) => id === child.id)) return;
  try {
    await rest.issues.addSubIssue({ ...issue, sub_issue_id: child.id });
  } catch (error) {
    if (!isOrchError(error, "forge_refused") && !isOrchError(error, "forge_missing")) throw error;
  }
}

async function ensureLabels({ client, at }: Repository, labels: Parameters<Forge["ensureLabels"]>[0]): Promise<void> {
  const rest = client.rest("status");
  const rows = await everyPage((page) => rest.issues.listLabelsForRepo({ ...at, ...page }));
  const known = new Set(rows.map(({ name }) => name.toLowerCase()));
  for (const { name, color, description } of labels) {
    if (known.has(name.toLowerCase())) continue;
    // GitHub takes a hundred characters.
    const looks = { name, color, description: description.slice(0, 100) };
    try {
      await rest.issues.createLabel({ ...at, ...looks });
    } catch (error) {
      // Somebody made it in the same moment.
      if (!isOrchError(error, "forge_refused")) throw error;
    }
    known.add(name.toLowerCase());
  }
}

/** Puts on what is missing before anything is taken off: at no moment has the issue none of them. */
async function setLabels(
  repository: Repository,
  { id, add, remove }: Parameters<Forge["setLabels"]>[0],
): Promise<void> {
  const { client, at } = repository;
  const rest = client.rest("status");
  const present = labelNames(await presentRow(repository, id));
  const lower = new Set(present.map((name) => name.toLowerCase()));
  const issue = { ...at, issue_number: Number(id) };
  const missing = add.filter((name) => !lower.has(name.toLowerCase()));
  if (missing.length > 0) await rest.issues.addLabels({ ...issue, labels: [...missing] });
  for (const name of remove.filter((label) => lower.has(label.toLowerCase())))
    await orAbsent(rest.issues.removeLabel({ ...issue, name }));
}
