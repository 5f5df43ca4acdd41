import { internalTaskId, noUsage, parseCommitSha, unwrap, type Attempt, type Task } from "@orch/core";
import { expect, test } from "vitest";

import { createRunner } from "../src/index.ts";
import { openScene } from "./scene.ts";

test("a part of a larger task is told of the whole and of the other parts", async () => {
  const scene = await openScene();
  const run = scene.attemptRun();
  const { task } = run;
  const other = (number: number, more: Partial<Task> = {}): Task => ({
    ...task,
    status: "new",
    id: internalTaskId(number),
    title: `Task ${number}`,
    ...(more.parent === undefined ? {} : { parent: more.parent }),
    version: 1,
  });
  const report = {
    status: "done",
    summary: "wrote the parser",
    accomplished: [],
    remaining: [],
    files: [],
    learnings: [],
    blockers: [],
    delegations: [],
  } as const;
  const told: Attempt = {
    ...scene.attempt(),
    id: internalTaskId(8),
    assignment: task.assignment,
    phase: "finished",
    startedAt: 1,
    usage: noUsage,
    report,
  };
  for (const whole of [other(7), other(8, { parent: internalTaskId(7) }), other(9, { parent: internalTaskId(7) })]) {
    const expected = { task: { project: whole.project, id: whole.id }, version: 0 };
    await scene.store.commit({ expect: expected, writes: [{ kind: "task:put", task: whole }] });
  }
  await scene.store.commit({ writes: [{ kind: "attempt:put", attempt: told }] });
  const part = { ...run, task: { ...task, parent: internalTaskId(7) } };
  await createRunner(scene.deps).run(part);
  expect(scene.prompted[0]?.relatives).toEqual({
    parent: { id: "int-7", title: "Task 7", status: "new" },
    siblings: [
      { id: "int-8", title: "Task 8", status: "new", summary: "wrote the parser" },
      { id: "int-9", title: "Task 9", status: "new" },
    ],
  });
});

test("a second attempt is shown what is on the branch, redacted; the first one has nothing to be shown", async () => {
  const scene = await openScene();
  scene.diff = "+const key = SECRET;\n";
  await scene.run(1);
  const commit = unwrap(parseCommitSha("c".repeat(40)));
  const record = await scene.store.attempt(scene.attempt(1));
  if (record === undefined) return expect.fail("there is no first attempt");
  await scene.store.commit({ writes: [{ kind: "attempt:put", attempt: { ...record, commit } }] });
  await scene.run(2);
  expect(scene.prompted.map(({ soFar }) => soFar)).toEqual([
    undefined,
    { diff: "+const key = ***;\n", log: ["abc1234 first"] },
  ]);
});

test("instructions and the list of files are those of the commit that the task begins from, never the agent's", async () => {
  const scene = await openScene();
  const headCommit = unwrap(parseCommitSha("f".repeat(40)));
  const asked: string[] = [];
  const { workspace } = scene.deps;
  const deps = {
    ...scene.deps,
    workspace: {
      ...workspace,
      prepare: async (...args: Parameters<typeof workspace.prepare>) => ({
        ...(await workspace.prepare(...args)),
        headCommit,
        reused: true,
      }),
      readFiles: async ({ commit }: { readonly commit: string }) => {
        asked.push(commit);
        return { "AGENTS.md": `as at ${commit}` };
      },
      listFiles: async ({ commit }: { readonly commit: string }) => {
        asked.push(commit);
        return ["AGENTS.md"];
      },
    },
  };
  await createRunner(deps).run(scene.attemptRun());
  const base = "a".repeat(40);
  expect(asked).toEqual([base, base]);
  expect(scene.prompted[0]?.instructions).toEqual({ "AGENTS.md": `as at ${base}` });
});
