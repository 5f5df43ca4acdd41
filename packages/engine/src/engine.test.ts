import { internalTaskId, unwrap, verdictOf, type Store, type Task } from "@orch/core";
import { describeEngine } from "@orch/testing";
import { expect, test } from "vitest";

import { openBench } from "../test/bench.ts";
import { agent, commit, openScene, outcomeOf, project, receipt, ref, settle, spec, type Scene } from "../test/scene.ts";
import { createEngine } from "./engine.ts";

async function create(scene: Scene): Promise<void> {
  unwrap(await createEngine(scene.deps).create({ project, spec, actor: "me" }));
}

describeEngine("engine", { make: openBench });

test("a wish becomes a checked branch, and a merged one when the receipts prove it", async () => {
  const scene = await openScene();
  scene.policy = { ...scene.policy, merge: "auto" };
  scene.run = async (run) => {
    const attempt = { project, id: run.task.id, attempt: run.task.attempt };
    await scene.store.commit({ holding: run.token, writes: [{ kind: "receipt:put", attempt, receipt: receipt(0) }] });
    return outcomeOf(run, { kind: "pass" });
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect(await scene.task(1)).toMatchObject({ status: "done", outcome: { kind: "merged", mergeCommit: commit } });
  expect(scene.asked.slice(1)).toEqual(["run int-1/1", "merge task-x", "retire int-1", "remove int-1"]);
  expect(await engine.idle()).toBe(true);
  expect(scene.complaints).toEqual([]);
});

test("a merge without proof is refused, whoever asks for it", async () => {
  const scene = await openScene();
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect((await scene.task(1)).status).toBe("in_review");
  unwrap(await engine.act({ task: ref(1), event: { type: "merge:requested", by: "me" }, actor: "me" }));
  await settle();
  expect(await scene.task(1)).toMatchObject({ status: "needs_review", reason: "merge_refused" });
  expect(scene.asked).not.toContain("merge task-x");
});

test("a retry waits for its time and no longer", async () => {
  const scene = await openScene();
  const starts: number[] = [];
  scene.run = async (run) => {
    starts.push(scene.clock.now());
    return outcomeOf(run, starts.length === 1 ? verdictOf("agent_failed", "no") : { kind: "pass" });
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  while ((await scene.task(1)).status === "routed" && (await scene.clock.advanceToNext())) await settle();
  expect((await scene.task(1)).status).toBe("in_review");
  const [first = 0, second = 0] = starts;
  // Jitter is in the middle of its range: 30 s.
  expect(second - first).toBe(30_000);
});

test("a quiet tick commits nothing and asks nothing of the world", async () => {
  const commits: unknown[] = [];
  const scene = await openScene((store) => ({
    ...store,
    commit(unit) {
      commits.push(unit);
      return store.commit(unit);
    },
  }));
  scene.run = async (run) => outcomeOf(run, verdictOf("usage_limited", "later", scene.clock.now() + 86_400_000));
  await using engine = createEngine(scene.deps);
  await engine.start();
  for (let number = 0; number < 5; number += 1) unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  const [before, asked] = [commits.length, scene.asked.length];
  for (let tick = 0; tick < 10; tick += 1) {
    await scene.clock.advance(10_000);
    await settle();
  }
  expect(commits.length).toBe(before);
  expect(scene.asked.length).toBe(asked);
  // The tick, and one look-out per queue.
  expect(scene.clock.pending).toBe(4);
});

test("the next process takes over before it dispatches, and goes on with the attempt that was running", async () => {
  const scene = await openScene();
  scene.run = async (run) => {
    if (!run.signal.aborted) await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    return { kind: "abandoned", why: String(run.signal.reason) };
  };
  {
    await using first = createEngine(scene.deps);
    await first.start();
    unwrap(await first.create({ project, spec, actor: "me" }));
    await settle();
    expect((await scene.task(1)).status).toBe("in_progress");
  }
  await create(scene);
  scene.asked.length = 0;
  scene.run = async (run) => outcomeOf(run, { kind: "pass" });
  await using second = createEngine(scene.deps);
  await second.start();
  await settle();
  expect(scene.asked).toEqual(["reap all but int-1/1", "run int-1/1", "run int-2/1"]);
  expect([(await scene.task(1)).status, (await scene.task(2)).status]).toEqual(["in_review", "in_review"]);
});

test("a runner that breaks down costs an attempt, not the engine", async () => {
  const scene = await openScene();
  let runs = 0;
  scene.run = async (run) => {
    runs += 1;
    if (runs === 1) throw new RangeError("broken");
    return outcomeOf(run, { kind: "pass" });
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect(await scene.task(1)).toMatchObject({ status: "routed", attempts: 1 });
  expect(scene.asked).toContain("stop int-1/1");
  expect(scene.complaints).toEqual(["an attempt broke down"]);
  expect(await scene.store.attempt({ ...ref(1), attempt: 1 })).toMatchObject({ verdict: { reason: "infrastructure" } });
});

test("cancelling ends the run, its record and its clone, and a late result changes nothing", async () => {
  const scene = await openScene();
  let end: (() => void) | undefined;
  scene.run = async (run) => {
    await new Promise<void>((resolve) => (end = resolve));
    return outcomeOf(run, { kind: "pass" });
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  unwrap(await engine.act({ task: ref(1), event: { type: "task:cancelled", by: "me", why: "no" }, actor: "me" }));
  await settle();
  end?.();
  await settle();
  expect((await scene.task(1)).status).toBe("cancelled");
  expect(scene.asked.slice(1)).toEqual(["run int-1/1", "stop int-1/1", "retire int-1", "remove int-1"]);
  const record = await scene.store.attempt({ ...ref(1), attempt: 1 });
  expect(record).toMatchObject({ phase: "finished", verdict: { reason: "interrupted" } });
});

test("a task that is wanted again while its clone is about to go keeps it", async () => {
  const scene = await openScene();
  await using engine = createEngine({
    ...scene.deps,
    runner: {
      ...scene.deps.runner,
      async retire() {
        unwrap(await engine.act({ task: ref(1), event: { type: "task:retried", by: "me" }, actor: "me" }));
      },
    },
  });
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  unwrap(await engine.act({ task: ref(1), event: { type: "task:cancelled", by: "me", why: "no" }, actor: "me" }));
  await settle();
  expect((await scene.task(1)).status).toBe("in_review");
  expect(scene.asked).not.toContain("remove int-1");
});

test("dependents go on when what they wait for is done, and a person is asked when it is cancelled", async () => {
  const scene = await openScene();
  scene.policy = { ...scene.policy, merge: "never" };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec: { ...spec, dependsOn: [] }, actor: "me" }));
  unwrap(await engine.create({ project, spec: { ...spec, dependsOn: [internalTaskId(1)] }, actor: "me" }));
  await settle();
  // Without checks nothing goes on without a person, so the first is given up.
  scene.run = async (run) => outcomeOf(run, { kind: "pass" }, 0);
  expect((await scene.task(1)).status).toBe("done");
  expect((await scene.task(2)).status).toBe("done");
  unwrap(await engine.create({ project, spec, actor: "me" }));
  unwrap(await engine.create({ project, spec: { ...spec, dependsOn: [internalTaskId(3)] }, actor: "me" }));
  await settle();
  unwrap(await engine.act({ task: ref(3), event: { type: "task:cancelled", by: "me", why: "no" }, actor: "me" }));
  await settle();
  expect(await scene.task(4)).toMatchObject({ status: "needs_review", reason: "dependency_cancelled" });
});

test("gives back an attempt that no job stands for, and only that", async () => {
  const scene = await openScene();
  scene.run = async (run) => {
    await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    return { kind: "abandoned", why: "the test is over" };
  };
  await using engine = createEngine({ ...scene.deps, settings: { ...scene.deps.settings, maxParallel: 1 } });
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  await leaveAlone(scene.store, await scene.task(1));
  await queueMany(scene.store);
  for (let look = 0; look < 200; look += 1) {
    await scene.clock.advance(10_000);
    await settle();
  }
  // The running one is older than a thousand waiting jobs; the lonely one has none.
  expect((await scene.task(1)).status).toBe("in_progress");
  expect((await scene.task(9_000)).status).not.toBe("in_progress");
});

/** Writes a task in progress that no job stands for. */
async function leaveAlone(store: Store, like: Task): Promise<void> {
  await store.commit({ writes: [{ kind: "task:put", task: { ...like, ...ref(9_000), version: 1 } }] });
}

/** More waiting jobs than one page of them. */
async function queueMany(store: Store): Promise<void> {
  const enqueue = Array.from({ length: 1_200 }, (_, index) => {
    const key = `later ${index}`;
    const attempt = { ...ref(10_000 + index), attempt: 1 };
    const effect = { kind: "attempt:run", attempt, agent, round: 1 } as const;
    return { queue: "attempts", key, exclusive: key, dims: {}, priority: 0, notBefore: 9e15, effect } as const;
  });
  await store.commit({ enqueue });
}
