import { asRecord, asRecords, asString } from "../../model-server/wire/json-values.ts";
import type { Json } from "../http/api.ts";
import { pullJson } from "../pulls/pull-json.ts";
import type { Repository } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";
import { emit } from "../webhooks/emit.ts";

/** A change of an issue or pull request: how it was (undefined: it is new) and how it is. */
export interface IssueChange {
  readonly before: Json | undefined;
  readonly after: Json;
  readonly by: Actor;
}

interface Told {
  readonly action: string;
  readonly more?: Json;
}

/** Tells what changed, in GitHub's order: opened, edited, state, labels, assignees. */
export async function tellIssueChange(world: World, repository: Repository, change: IssueChange): Promise<void> {
  const { before, after, by } = change;
  const number = Number(after["number"]);
  const pull = repository.pulls.get(number);
  const told = before === undefined ? [{ action: "opened" }, ...listChanges({}, after)] : changes(before, after);
  const subject =
    pull === undefined ? { issue: after } : { number, pull_request: await pullJson(world, repository, pull) };
  for (const { action, more } of told) {
    noteActs(world, repository, { number, by, told: { action, ...(more === undefined ? {} : { more }) } });
    await emit(world, repository, {
      event: pull === undefined ? "issues" : "pull_request",
      payload: { action, ...subject, ...more },
      by,
    });
  }
}

/** What the timeline and the edits of texts show later. */
function noteActs(
  world: World,
  { acts }: Repository,
  { number, by, told }: { readonly number: number; readonly by: Actor; readonly told: Told },
): void {
  const base = { number, by: by.login, at: world.now() };
  const { action, more = {} } = told;
  if (action === "labeled") acts.push({ ...base, what: "labelled", label: asRecord(more["label"]) });
  if (action === "closed" || action === "reopened") acts.push({ ...base, what: action });
  if (action !== "edited") return;
  const edited = asRecord(more["changes"]);
  if (edited["title"] !== undefined) acts.push({ ...base, what: "renamed" });
  if (edited["body"] !== undefined) acts.push({ ...base, what: "edited" });
}

function changes(before: Json, after: Json): readonly Told[] {
  const edited = ["title", "body"].filter((field) => before[field] !== after[field]);
  const from = Object.fromEntries(edited.map((field) => [field, { from: before[field] ?? "" }]));
  const state = before["state"] === after["state"] ? undefined : after["state"];
  return [
    ...(edited.length > 0 ? [{ action: "edited", more: { changes: from } }] : []),
    ...(state === undefined ? [] : [{ action: state === "closed" ? "closed" : "reopened" }]),
    ...listChanges(before, after),
  ];
}

function listChanges(before: Json, after: Json): readonly Told[] {
  const labels = compare(asRecords(before["labels"]), asRecords(after["labels"]), "name");
  const people = compare(asRecords(before["assignees"]), asRecords(after["assignees"]), "login");
  return [
    ...labels.gone.map((label) => ({ action: "unlabeled", more: { label } })),
    ...labels.come.map((label) => ({ action: "labeled", more: { label } })),
    ...people.gone.map((assignee) => ({ action: "unassigned", more: { assignee } })),
    ...people.come.map((assignee) => ({ action: "assigned", more: { assignee } })),
  ];
}

function compare(
  before: readonly Json[],
  after: readonly Json[],
  key: string,
): { gone: readonly Json[]; come: readonly Json[] } {
  const names = (list: readonly Json[]): ReadonlySet<string> => new Set(list.map((entry) => asString(entry[key])));
  const [old, current] = [names(before), names(after)];
  return {
    gone: before.filter((entry) => !current.has(asString(entry[key]))),
    come: after.filter((entry) => !old.has(asString(entry[key]))),
  };
}
