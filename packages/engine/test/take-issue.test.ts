import { parseTaskId, unwrap, type Task } from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

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
