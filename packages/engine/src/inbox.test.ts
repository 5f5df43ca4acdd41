import {
  contentOf,
  hashToken,
  internalTaskId,
  parseProjectId,
  unwrap,
  type RequestedEvent,
  type TaskSpec,
} from "@orch/core";
import { expect, test } from "vitest";

import { agent, base, branch, commit, openScene, project, ref, spec, type Scene } from "../test/scene.ts";
import { act, create } from "./inbox.ts";

function add(scene: Scene, over: Partial<TaskSpec> = {}, idempotencyKey?: string) {
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  return create(scene.deps, { project, spec: { ...spec, ...over }, actor: "me", ...key });
}

function ask(scene: Scene, event: RequestedEvent, more: { readonly number?: number; readonly key?: string } = {}) {
  const key = more.key === undefined ? {} : { idempotencyKey: more.key };
  return act(scene.deps, { task: ref(more.number ?? 1), event, actor: "me", ...key });
}

function code(result: Awaited<ReturnType<typeof create>>): string {
  return result.ok ? "ok" : result.error.code;
}

test("refuses what can't become a task, and nothing is left of it", async () => {
  const scene = await openScene();
  const elsewhere = unwrap(parseProjectId("acme/other"));
  expect(code(await create(scene.deps, { project: elsewhere, spec, actor: "me" }))).toBe("project_unknown");
  expect(code(await add(scene, { title: " \n " }))).toBe("usage");
  expect(code(await add(scene, { dependsOn: [internalTaskId(7)] }))).toBe("task_unknown");
  expect(code(await add(scene, { parent: internalTaskId(7) }))).toBe("task_unknown");
  const many = Array.from({ length: 101 }, (_, index) => internalTaskId(index + 1));
  expect(code(await add(scene, { dependsOn: many }))).toBe("usage");
  expect(await scene.store.tasks({ limit: 10 })).toEqual([]);
});

test("nobody waits for himself, however long the way round", async () => {
  const scene = await openScene();
  await add(scene);
  await add(scene, { dependsOn: [internalTaskId(1)] });
  await add(scene, { dependsOn: [internalTaskId(2)] });
  const waitFor = (number: number): RequestedEvent => ({ type: "dependencies:added", ids: [internalTaskId(number)] });
  expect(await ask(scene, waitFor(1))).toMatchObject({ ok: false, error: { code: "usage" } });
  expect(await ask(scene, waitFor(3))).toMatchObject({ ok: false, error: { code: "usage" } });
  expect(code(await ask(scene, waitFor(1), { number: 3 }))).toBe("ok");
  expect(code(await ask(scene, waitFor(8)))).toBe("task_unknown");
});

test("waiting for nothing is refused: nobody would ever wake the task", async () => {
  const scene = await openScene();
  await add(scene);
  expect(code(await ask(scene, { type: "dependencies:added", ids: [] }))).not.toBe("ok");
  expect((await scene.task(1)).status).toBe("new");
});

test("a task can't gather more dependencies in pieces than at once", async () => {
  const scene = await openScene();
  for (let number = 1; number <= 102; number += 1) await add(scene);
  const ids = Array.from({ length: 102 }, (_, index) => internalTaskId(index + 1));
  const last = unwrap(await add(scene, { dependsOn: ids.slice(0, 60) }));
  const more = await act(scene.deps, {
    task: last,
    event: { type: "dependencies:added", ids: ids.slice(60) },
    actor: "me",
  });
  expect(code(more)).toBe("usage");
});

test("of two who use one token at the same moment one is told that it was used, with what to do", async () => {
  const scene = await openScene();
  await add(scene);
  const result = { branch, commit, attempt: 1, base, checks: 1 };
  await scene.store.commit({
    writes: [{ kind: "task:put", task: { ...(await scene.task(1)), status: "in_review", result } }],
  });
  const content = contentOf(await scene.task(1), result);
  const hash = hashToken("word");
  const expiresAt = scene.clock.now() + 1;
  expect(code(await ask(scene, { type: "approval:offered", by: "me", hash, commit, content, expiresAt }))).toBe("ok");
  const both = await Promise.all([1, 2].map(() => ask(scene, { type: "approval:given", by: "me", hash })));
  expect(both.map(code).toSorted()).toEqual(["ok", "token_used"]);
  const refused = both.find(({ ok }) => !ok);
  expect(refused).toMatchObject({ error: { hint: expect.stringContaining("orch task request-pr") as string } });
});

test("refusals say what to do instead", async () => {
  const scene = await openScene();
  await add(scene);
  const hintOf = async (event: RequestedEvent, number = 1): Promise<string | undefined> => {
    const result = await ask(scene, event, { number });
    return result.ok ? undefined : result.error.hint;
  };
  expect(await hintOf({ type: "merge:requested", by: "me" })).toContain("checked branch");
  expect(await hintOf({ type: "task:retried", by: "me" }, 9)).toContain("orch task list");
  const routed = { status: "in_progress", attempt: 1, assignment: { agent, complexity: "medium", why: "" } } as const;
  await scene.store.commit({ writes: [{ kind: "task:put", task: { ...(await scene.task(1)), ...routed } }] });
  expect(await hintOf({ type: "task:retried", by: "me" })).toContain("orch task kill");
});
