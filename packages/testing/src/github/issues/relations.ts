import { type Api, bodyOf, type Call, numberOf, page, repositoryFor, repositoryOf } from "../http/api.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Repository } from "../state/repository.ts";
import { emit } from "../webhooks/emit.ts";
import { everyPage } from "./comment-list.ts";
import { issueJson } from "./issue-json.ts";

const ONE = "/repos/:owner/:repo/issues/:number";
const MOST_CHILDREN = 100;

/** Sub-issues and dependencies of issues, within one repository. */
export function registerRelations(api: Api): void {
  api.get(`${ONE}/sub_issues`, (call) => listNumbers(call, childrenOf(call)));
  api.post(`${ONE}/sub_issues`, addChild);
  api.delete(`${ONE}/sub_issue`, removeChild);
  api.patch(`${ONE}/sub_issues/priority`, orderChild);
  api.get(`${ONE}/parent`, async (call) => {
    const repository = repositoryOf(call);
    const parent = parentOf(repository, numberOf(call, "number"));
    if (parent === undefined) throw notFound();
    return call.json(await issueJson(call.get("world"), repository, parent));
  });
  api.get(`${ONE}/dependencies/blocked_by`, (call) => listNumbers(call, blockersOf(call)));
  api.get(`${ONE}/dependencies/blocking`, (call) => {
    const number = numberOf(call, "number");
    const blocked = [...repositoryOf(call).blockedBy].filter(([, by]) => by.includes(number)).map(([other]) => other);
    return listNumbers(call, blocked);
  });
  api.post(`${ONE}/dependencies/blocked_by`, addBlocker);
  api.delete(`${ONE}/dependencies/blocked_by/:issue`, removeBlocker);
}

async function listNumbers(call: Call, numbers: readonly number[]): Promise<Response> {
  const repository = repositoryOf(call);
  return page(call, await Promise.all(numbers.map((number) => issueJson(call.get("world"), repository, number))));
}

function childrenOf(call: Call): number[] {
  return listed(repositoryOf(call).subIssues, numberOf(call, "number"));
}

function blockersOf(call: Call): number[] {
  return listed(repositoryOf(call).blockedBy, numberOf(call, "number"));
}

function listed(lists: Map<number, number[]>, key: number): number[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}

/** The parent of an issue. */
export function parentOf(repository: Repository, number: number): number | undefined {
  return [...repository.subIssues].find(([, children]) => children.includes(number))?.[0];
}

/** The issue whose id (not number) is given. @throws Refusal 404 */
async function numberById(call: Call, id: unknown): Promise<number> {
  const repository = repositoryOf(call);
  const all = await everyPage(call.get("world"), `/repos/${repository.fullName}/issues?state=all&`);
  const found = all.find((issue) => issue["id"] === Number(id));
  if (found === undefined) throw notFound();
  return Number(found["number"]);
}

async function addChild(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "triage");
  const body = bodyOf(call);
  const number = numberOf(call, "number");
  const child = await numberById(call, body["sub_issue_id"]);
  const refuse = (message: string): never => {
    throw invalid({ resource: "SubIssue", code: "custom", message });
  };
  const parent = parentOf(repository, child);
  if (parent !== undefined && body["replace_parent"] !== true) refuse("Sub issue may only have one parent");
  for (let above: number | undefined = number; above !== undefined; above = parentOf(repository, above)) {
    if (above === child) refuse("Sub issues may not create a cycle");
  }
  if (childrenOf(call).length >= MOST_CHILDREN) refuse("Parent cannot have more than 100 sub-issues");
  if (parent !== undefined) remove(listed(repository.subIssues, parent), child);
  childrenOf(call).push(child);
  await tellChild(call, { child, action: "added" });
  return call.json(await issueJson(call.get("world"), repository, number), 201);
}

async function removeChild(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "triage");
  const child = await numberById(call, bodyOf(call)["sub_issue_id"]);
  if (!remove(childrenOf(call), child)) throw notFound();
  await tellChild(call, { child, action: "removed" });
  return call.json(await issueJson(call.get("world"), repository, numberOf(call, "number")));
}

async function orderChild(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "triage");
  const { sub_issue_id: id, after_id: after, before_id: before } = bodyOf(call);
  const children = childrenOf(call);
  const child = await numberById(call, id);
  const next = await numberById(call, after ?? before);
  if (!remove(children, child)) throw notFound();
  children.splice(children.indexOf(next) + (after === undefined ? 0 : 1), 0, child);
  return call.json(await issueJson(call.get("world"), repository, numberOf(call, "number")));
}

function remove(list: number[], entry: number): boolean {
  const index = list.indexOf(entry);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

async function tellChild(call: Call, { child, action }: { child: number; action: string }): Promise<void> {
  const repository = repositoryOf(call);
  const { world, actor } = call.var;
  const subIssue = await issueJson(world, repository, child);
  const parent = await issueJson(world, repository, numberOf(call, "number"));
  const ids = { sub_issue_id: subIssue["id"], parent_issue_id: parent["id"] };
  const objects = { sub_issue: subIssue, parent_issue: parent };
  for (const side of ["sub_issue", "parent_issue"]) {
    await emit(world, repository, {
      event: "sub_issues",
      payload: { action: `${side}_${action}`, ...ids, ...objects },
      by: actor,
    });
  }
}

async function addBlocker(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "triage");
  const blocker = await numberById(call, bodyOf(call)["issue_id"]);
  const number = numberOf(call, "number");
  if (blocker === number) throw new Refusal(422, "An issue cannot block itself");
  const blockers = blockersOf(call);
  if (blockers.includes(blocker)) throw new Refusal(422, "Dependency already exists");
  blockers.push(blocker);
  await tellBlocker(call, { blocker, action: "added" });
  return call.json(await issueJson(call.get("world"), repository, number), 201);
}

async function removeBlocker(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "triage");
  const blocker = await numberById(call, call.req.param("issue"));
  if (!remove(blockersOf(call), blocker)) throw notFound();
  await tellBlocker(call, { blocker, action: "removed" });
  return call.json(await issueJson(call.get("world"), repository, numberOf(call, "number")));
}

async function tellBlocker(call: Call, { blocker, action }: { blocker: number; action: string }): Promise<void> {
  const repository = repositoryOf(call);
  const { world, actor } = call.var;
  const blocked = await issueJson(world, repository, numberOf(call, "number"));
  const blocking = await issueJson(world, repository, blocker);
  const ids = { blocked_issue_id: blocked["id"], blocking_issue_id: blocking["id"] };
  const payload = { action: `blocked_by_${action}`, ...ids, blocked_issue: blocked, blocking_issue: blocking };
  await emit(world, repository, { event: "issue_dependencies", payload, by: actor });
}
