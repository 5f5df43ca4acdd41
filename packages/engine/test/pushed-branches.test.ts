import {
  internalTaskId,
  isInternalTask,
  noUsage,
  parseBranchName,
  unwrap,
  type BranchName,
  type Task,
  type TaskState,
} from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { takePushed } from "../src/forge/pushed-branches.ts";
import { seePull } from "../src/forge/see-pull.ts";
import { create } from "../src/inbox.ts";
import { agent, base, openScene, project, spec } from "./scene.ts";

/** By the usual template, as `@orch/workspace` fills it in. */
function branchFor(_template: string, { id, title }: Task): BranchName {
  const slug = title === "" ? "" : `-${title.toLowerCase().replaceAll(" ", "-")}`;
  return named(`${isInternalTask(id) ? "task" : "gh-task"}-${id}${slug}`);
}

const waits: TaskState = { status: "needs_review", reason: "protected_path", detail: ".github" };

/** The task of issue #1, in a state, and a forge on which people push. */
async function openSite(state: TaskState = waits, over: Partial<Task> = {}) {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const policy = { ...own.policy, forge: { reviewAgent: true, maxReviewCycles: 2 } };
  const configured = { ...own, policy, branchTemplate: "gh-task-{issue}-{slug}", forge: sampleForge };
  const projects = { get: () => configured, list: () => [configured] };
  const deps = { ...scene.deps, branchFor, projects, forges: { of: () => forge, key: new Uint8Array(32) } };
  const id = await forge.people.openIssue({ title: "Fix it" });
  const made = unwrap(await create(deps, { project, id, actor: "test", spec }));
  const put = async (task: Task): Promise<void> =>
    void (await scene.store.commit({ writes: [{ kind: "task:put", task }] }));
  await put({ ...made, ...over, ...state });
  const now = async (): Promise<Task> => (await scene.store.task({ project, id })) ?? expect.unreachable();
  const look = (): Promise<void> => takePushed(deps, forge);
  const push = (name: string, text: string) => forge.people.push({ branch: named(name), files: { "a.txt": text } });
  const pulls = async () => forge.openPulls();
  return { deps, forge, id, now, look, push, pulls, put, store: scene.store };
}

function named(name: string): BranchName {
  return unwrap(parseBranchName(name));
}

test("a branch that somebody pushed for a task gets one pull request, which people judge and which ends the task", async () => {
  const { deps, forge, now, look, push, pulls } = await openSite();
  await push("gh-task-11-other", "of another issue");
  await look();
  expect(await pulls()).toEqual([]);
  const head = await push("gh-task-1-by-hand", "done");
  await look();
  await look();
  const [pull, ...others] = await pulls();
  expect(others).toEqual([]);
  expect(pull).toMatchObject({ title: "Fix it", base: "main", head, draft: false });
  expect(pull?.body).toMatch(/Somebody pushed `gh-task-1-by-hand`.*has checked nothing of it[^]*Refs #1/);
  expect(await now()).toMatchObject({
    status: "in_review",
    branch: "gh-task-1-by-hand",
    pull: { number: pull?.number },
    result: { commit: head, attempt: 0, checks: 0 },
  });
  const seen = await forge.pullRequestBy(pull?.number ?? 0);
  await seePull(deps, { forge, task: await now() });
  expect(await now(), "no agent reviews what nobody here made").toMatchObject({ status: "in_review" });
  await forge.merge({ number: seen?.number ?? 0, expected: head, method: "squash", title: "", message: "" });
  await seePull(deps, { forge, task: await now() });
  expect((await now()).status).toBe("done");
});

test("what orch published itself is nobody's push", async () => {
  const { id, now, look, push, pulls, put, store } = await openSite();
  const commit = await push("gh-task-1-fix-it", "done");
  const result = { branch: named("gh-task-1-fix-it"), base, commit, attempt: 1, checks: 1 };
  await put({ ...(await now()), status: "needs_review", reason: "gate_failed", detail: "", result });
  await look();
  const assignment = { agent, complexity: "medium", why: "" } as const;
  const attempt = { project, id, attempt: 1, assignment, phase: "finished", startedAt: 0, usage: noUsage } as const;
  const step = { project, id, attempt: 1, step: "publish", state: "started", output: null, startedAt: 0 } as const;
  await store.commit({
    writes: [
      { kind: "attempt:put", attempt: { ...attempt, commit } },
      { kind: "step:put", step },
    ],
  });
  const { result: _result, ...later } = { ...(await now()), result };
  await put({ ...later, status: "needs_review", reason: "agent_failed", detail: "" });
  await look();
  expect(await pulls()).toEqual([]);
  await push("gh-task-1-fix-it", "more");
  await look();
  expect(await pulls()).toHaveLength(1);
});

test.each<[string, TaskState]>([
  ["work that goes on", { status: "new" }],
  ["what a person holds back", { status: "needs_review", reason: "held", detail: "" }],
])("%s is left alone", async (_what, state) => {
  const { look, push, pulls } = await openSite(state);
  await push("gh-task-1-by-hand", "done");
  await look();
  expect(await pulls()).toEqual([]);
});

test("a pull request that somebody opened is taken up; one that they closed is not opened again at the same commit", async () => {
  const { forge, now, look, push, pulls, put } = await openSite();
  const head = await push("gh-task-1", "done");
  const theirs = await forge.openPullRequest({
    branch: named("gh-task-1"),
    base,
    title: "Mine",
    body: "",
    draft: false,
  });
  await look();
  expect(await now()).toMatchObject({ status: "in_review", pull: { number: theirs.number }, result: { commit: head } });
  await forge.people.closePull(theirs.number);
  const { pull: _pull, ...task } = await now();
  await put({ ...task, ...waits });
  await look();
  expect([await pulls(), (await now()).status]).toEqual([[], "needs_review"]);
  const next = await push("gh-task-1", "more");
  await look();
  expect(await now()).toMatchObject({ status: "in_review", result: { commit: next } });
});

test("a stranger's task gets a draft; nothing new gets nothing, and is not asked for again", async () => {
  const { now, look, push, pulls } = await openSite(waits, { trust: "reviewed" });
  await push("gh-task-1-by-hand", "done");
  await look();
  expect((await pulls())[0]).toMatchObject({ draft: true });
  expect((await now()).status).toBe("in_review");
  const empty = await openSite();
  empty.forge.state.git.place(named("gh-task-1"), {
    commit: (await empty.forge.branches("main")).get(named("main")) ?? expect.unreachable(),
  });
  await empty.look();
  await empty.look();
  expect(empty.forge.calls.filter((call) => call === "openPullRequest")).toHaveLength(1);
  expect((await empty.now()).status).toBe("needs_review");
});

test("a task of orch's own has a branch by its number", async () => {
  const { deps, forge, look, put, store, now, pulls } = await openSite({ status: "new" });
  const local: Task = { ...(await now()), id: internalTaskId(5), ...waits };
  await put(local);
  await forge.people.push({ branch: named("task-int-5-by-hand"), files: { "a.txt": "x" } });
  await look();
  expect(await pulls()).toHaveLength(1);
  expect(await deps.store.task({ project, id: local.id })).toMatchObject({ status: "in_review" });
  expect(await store.task({ project, id: local.id })).toMatchObject({ pull: {} });
});
