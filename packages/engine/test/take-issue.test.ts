import { internalTaskId, parseTaskId, unwrap, type Task } from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { linkBranch } from "../src/forge/link-branch.ts";
import { keepOwnLabels } from "../src/forge/own-labels.ts";
import { takeIssue } from "../src/forge/take-issue.ts";
import { create } from "../src/inbox.ts";
import { base, branch, commit, openScene, project } from "./scene.ts";

/** A task in review whose issue shows it, and the issue as it was when the task was new. */
async function inReview() {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const policy = { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
  const configured = { ...own, policy, forge: sampleForge };
  const projects = { get: () => configured, list: () => [configured] };
  const deps = { ...scene.deps, projects, forges: { of: () => forge, key: new Uint8Array(32) } };
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate", "status:new"] });
  const early = await forge.issue(id);
  if (early === undefined) throw new Error("there is no issue");
  const spec = { title: "Fix it", body: "", labels: [], source: { kind: "github" }, pins: {}, priority: 0 } as const;
  const made = unwrap(await create(deps, { project, id, actor: "test", spec: { ...spec, dependsOn: [], checks: [] } }));
  const task: Task = { ...made, status: "in_review", result: { branch, base, commit, attempt: 1, checks: 1 } };
  await scene.store.commit({ writes: [{ kind: "task:put", task }, keepOwnLabels(made, ["status:new"])] });
  await takeIssue(deps, { forge, issue: early });
  await forge.setLabels({ id, add: ["status:in_review"], remove: ["status:new"] });
  await scene.store.commit({ writes: [keepOwnLabels(made, ["status:in_review"])] });
  return { deps, forge, early, id: unwrap(parseTaskId(id)), store: scene.store };
}

test("a label of orch's own, seen late, is nobody's wish", async () => {
  const { deps, forge, early, id, store } = await inReview();
  await takeIssue(deps, { forge, issue: early });
  expect((await store.task({ project, id }))?.status).toBe("in_review");
});

test("the same label is a wish when a person puts it", async () => {
  const { deps, forge, early, id, store } = await inReview();
  await forge.people.editIssue({ id, labels: ["orchestrate", "status:new"] });
  await takeIssue(deps, { forge, issue: early });
  expect((await store.task({ project, id }))?.status).toBe("new");
});

test("an issue that a merge closed tells of the merge", async () => {
  const { deps, forge, id, store } = await inReview();
  const head = await forge.people.push({ branch, files: { "a.txt": "one" } });
  const words = { title: "Fix it", body: "", draft: false };
  const { number, url } = await forge.openPullRequest({ branch, base, ...words });
  const task = await store.task({ project, id });
  if (task?.status !== "in_review") expect.fail("it is not in review");
  const shown: Task = { ...task, result: { ...task.result, commit: head }, pull: { number, url } };
  await store.commit({ writes: [{ kind: "task:put", task: shown }] });
  const merged = await forge.merge({ number, expected: head, method: "squash", title: "", message: "" });
  await forge.closeIssue({ id, as: "completed" });
  const issue = await forge.issue(id);
  if (issue === undefined || merged.kind !== "merged") expect.fail("nothing was merged");
  await takeIssue(deps, { forge, issue });
  expect(await store.task({ project, id })).toMatchObject({
    status: "done",
    outcome: { kind: "merged", mergeCommit: merged.commit, result: { commit: head } },
  });
});

test("a branch is made as its issue's before it is pushed, unless that would close the issue unasked", async () => {
  const { deps, forge, id, store } = await inReview();
  const [commit] = (await forge.branches("main")).values();
  const task = await store.task({ project, id });
  const settings = deps.projects.get();
  if (commit === undefined || task === undefined || settings === undefined) expect.fail("the scene is not whole");
  const withForge = (over: Partial<typeof sampleForge>) => {
    const configured = { ...settings, forge: { ...sampleForge, ...over } };
    return { ...deps, projects: { get: () => configured, list: () => [configured] } };
  };
  const asked = () => forge.calls.filter((method) => method === "linkBranch").length;
  const pull = { number: 7, url: "https://forge.test/7" };
  await linkBranch(withForge({ autoClose: false }), { task, branch, commit });
  await linkBranch(withForge({ pull: { ...sampleForge.pull, linkStyle: "none" } }), { task, branch, commit });
  await linkBranch(deps, { task: { ...task, pull }, branch, commit });
  await linkBranch(deps, { task: { ...task, id: internalTaskId(3) }, branch, commit });
  expect(asked()).toBe(0);
  forge.failNext({ code: "forge_denied", when: "before", method: "linkBranch" });
  await linkBranch(deps, { task, branch, commit });
  expect([asked(), await forge.branches(branch)]).toEqual([1, new Map()]);
  await linkBranch(deps, { task, branch, commit });
  expect(await forge.branches(branch)).toEqual(new Map([[branch, commit]]));
  expect(forge.state.linked.get(id)).toEqual([branch]);
});

test("an issue that names another one waits for its task, and for no issue that is none", async () => {
  const { deps, forge, id, store } = await inReview();
  const body = `Blocked by: #${id}, #999`;
  const next = await forge.people.openIssue({ title: "Then this", body, labels: ["orchestrate"] });
  const issue = await forge.issue(next);
  if (issue === undefined) throw new Error("there is no issue");
  await takeIssue(deps, { forge, issue });
  expect(await store.task({ project, id: next })).toMatchObject({ status: "blocked", waitingFor: [id] });
});

test("a label that keeps an issue out holds a task that has no result yet", async () => {
  const { deps, forge, store } = await inReview();
  const id = await forge.people.openIssue({ title: "Another", labels: ["orchestrate"] });
  const take = async (): Promise<void> => {
    const issue = await forge.issue(id);
    if (issue !== undefined) await takeIssue(deps, { forge, issue });
  };
  await take();
  expect((await store.task({ project, id }))?.status).toBe("new");
  await forge.people.editIssue({ id, labels: ["orchestrate", "no-agent"] });
  await take();
  expect(await store.task({ project, id })).toMatchObject({ status: "needs_review", reason: "held" });
});

test("what an earlier orch left goes on where it stood", async () => {
  const { deps, forge, store } = await inReview();
  const take = async (label: string): Promise<Task | undefined> => {
    const id = await forge.people.openIssue({ title: "Left", labels: ["orchestrate", label] });
    const issue = await forge.issue(id);
    if (issue === undefined) throw new Error("there is no issue");
    await takeIssue(deps, { forge, issue });
    return store.task({ project, id });
  };
  expect(await take("status:done")).toBeUndefined();
  expect(await take("status:needs_review")).toMatchObject({ status: "needs_review", reason: "held" });
  expect(await take("status:in_review")).toMatchObject({ status: "needs_review", reason: "held" });
  expect(await take("agent:queued")).toMatchObject({ status: "new" });
});
