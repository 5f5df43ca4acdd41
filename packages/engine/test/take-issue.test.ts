import { defaultLabelNames, parseTaskId, unwrap, type ForgeSettings, type Task } from "@orch/core";
import { createMemoryForge } from "@orch/testing";
import { expect, test } from "vitest";

import { keepOwnLabels } from "../src/forge/own-labels.ts";
import { takeIssue } from "../src/forge/take-issue.ts";
import { create } from "../src/inbox.ts";
import { base, branch, commit, openScene, project } from "./scene.ts";

const settings: ForgeSettings = {
  repository: project,
  intake: { mode: "label", bots: [], strangers: "wait" },
  labels: { profile: "orch", names: defaultLabelNames },
  mirror: "none",
  pull: { linkStyle: "none", draft: false, mergeMethod: "squash", gate: "off" },
  review: { enabled: false, maxCycles: 2, followup: "redispatch", timeoutMs: 600_000 },
  autoClose: true,
};

/** A task in review whose issue shows it, and the issue as it was when the task was new. */
async function inReview() {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const policy = { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
  const configured = { ...own, policy, forge: settings };
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
