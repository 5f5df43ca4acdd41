import {
  internalTaskId,
  parseProjectId,
  unwrap,
  type AttemptOutcome,
  type AttemptRun,
  type CreateRequest,
  type Engine,
  type OrchError,
  type ProjectId,
  type RequestedEvent,
  type Result,
  type Task,
  type TaskRef,
  type TaskSpec,
} from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A store that outlives its engines, a world that answers as told, and time that stands still. */
export interface EngineBench {
  readonly project: ProjectId;
  /** An engine as a new process of the daemon has it, over the same store and the same world. */
  open(): Engine;
  task(ref: TaskRef): Promise<Task | undefined>;
  /** All tasks, in the order of their creation. */
  tasks(): Promise<readonly Task[]>;
  /** What an attempt comes to; passes at once unless it is replaced. */
  attempt: (run: AttemptRun) => Promise<AttemptOutcome>;
  /** An outcome that passes, and one that fails in a way that is tried again later. */
  readonly passes: (run: AttemptRun) => AttemptOutcome;
  readonly fails: (run: AttemptRun) => AttemptOutcome;
  /** The attempts whose sessions the engine had ended. */
  stopped(): readonly { readonly id: Task["id"]; readonly attempt: number }[];
  /** Lets everything happen that can happen now. */
  settle(): Promise<void>;
  /** Moves time to the next timer and lets everything happen that can happen then. */
  next(): Promise<void>;
}

type Make = () => Promise<EngineBench>;

const spec: TaskSpec = {
  title: "Fix it",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};
const cancel: RequestedEvent = { type: "task:cancelled", by: "me", why: "no longer wanted" };
const retry: RequestedEvent = { type: "task:retried", by: "me" };

/** The contract of `Engine`. `make` is called once per case and cleans up by itself. */
export function describeEngine(name: string, { make }: { readonly make: Make }): void {
  describe(`Engine contract: ${name}`, () => {
    describeWishes(make);
    describeRefusals(make);
    describeWork(make);
    describeDisposal(make);
  });
}

/** A wish for a task with these fields. */
function wish({ project }: EngineBench, over: Partial<TaskSpec> = {}): CreateRequest {
  return { project, spec: { ...spec, ...over }, actor: "me" };
}

async function status(bench: EngineBench, ref: TaskRef): Promise<string | undefined> {
  return (await bench.task(ref))?.status;
}

function code(result: Result<Task, OrchError>): string {
  return result.ok ? "ok" : result.error.code;
}

/** An attempt that ends when it is called off, as one with a real session. */
async function untilStopped({ signal }: AttemptRun): Promise<AttemptOutcome> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return { kind: "abandoned", why: String(signal.reason) };
}

function describeWishes(make: Make): void {
  test("an accepted wish is durable, also of an engine that was never started", async () => {
    const bench = await make();
    let made: Task;
    {
      await using engine = bench.open();
      made = unwrap(await engine.create(wish(bench, { title: "Keep me" })));
      expect(await bench.task(made)).toEqual(made);
    }
    await using next = bench.open();
    const moved = unwrap(await next.act({ task: made, event: cancel, actor: "me" }));
    expect(await bench.task(made)).toEqual(moved);
    expect(moved).toMatchObject({ title: "Keep me", status: "cancelled" });
  });

  test("there are as many tasks as different keys, in whatever order and however often they come", async () => {
    const bench = await make();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("a", "b", "c", "A", " a"), { maxLength: 8 }), async (keys) => {
        round += 1;
        const before = (await bench.tasks()).length;
        const made = new Map<string, Task>();
        for (const key of keys) {
          await using engine = bench.open();
          const task = unwrap(
            await engine.create({ ...wish(bench, { title: `wish ${made.size}` }), idempotencyKey: `${round} ${key}` }),
          );
          expect(task).toEqual(made.get(key) ?? task);
          made.set(key, task);
        }
        expect(await bench.tasks()).toHaveLength(before + new Set(keys).size);
      }),
      { numRuns: 20 },
    );
  });

  test("the same key at the same time makes one task", async () => {
    const bench = await make();
    await using engine = bench.open();
    const made = await Promise.all([1, 2, 3, 4].map(() => engine.create({ ...wish(bench), idempotencyKey: "once" })));
    expect(new Set(made.map((result) => unwrap(result).id)).size).toBe(1);
    expect(await bench.tasks()).toHaveLength(1);
  });

  test("the same wish again moves a task once, and is answered as before although it would be refused now", async () => {
    const bench = await make();
    await using engine = bench.open();
    const task = unwrap(await engine.create(wish(bench)));
    const request = { task, event: cancel, actor: "me", idempotencyKey: "k" };
    const first = unwrap(await engine.act(request));
    expect(unwrap(await engine.act(request))).toEqual(first);
    expect(await bench.task(task)).toEqual(first);
    expect(code(await engine.act({ ...request, idempotencyKey: "other" }))).toBe("move_refused");
  });
}

function describeRefusals(make: Make): void {
  test("what can't become a task is refused with a code and a hint, and nothing is left of it", async () => {
    const bench = await make();
    await using engine = bench.open();
    const elsewhere = unwrap(parseProjectId("acme/elsewhere"));
    const refused: readonly (readonly [string, Result<Task, OrchError>])[] = [
      ["project_unknown", await engine.create({ project: elsewhere, spec, actor: "me" })],
      ["usage", await engine.create(wish(bench, { title: " \n " }))],
      ["task_unknown", await engine.create(wish(bench, { dependsOn: [internalTaskId(7)] }))],
      ["task_unknown", await engine.create(wish(bench, { parent: internalTaskId(7) }))],
    ];
    for (const [expected, result] of refused) {
      expect(result).toMatchObject({
        ok: false,
        error: { code: expected, hint: expect.stringMatching(/./) as string },
      });
    }
    expect(await bench.tasks()).toEqual([]);
  });

  test("a move that does not fit is refused, and the task stays as it is", async () => {
    const bench = await make();
    await using engine = bench.open();
    const task = unwrap(await engine.create(wish(bench)));
    const merge: RequestedEvent = { type: "merge:requested", by: "me" };
    expect(code(await engine.act({ task, event: merge, actor: "me" }))).toBe("move_refused");
    expect(await bench.task(task)).toEqual(task);
    const nobody = { project: bench.project, id: internalTaskId(9_999) };
    expect(code(await engine.act({ task: nobody, event: retry, actor: "me" }))).toBe("task_unknown");
  });
}

function describeWork(make: Make): void {
  test("nothing runs before start; then everything wanted runs, each attempt once", async () => {
    const bench = await make();
    const runs: string[] = [];
    bench.attempt = async (run) => {
      runs.push(`${run.task.id}/${run.task.attempt}`);
      return bench.passes(run);
    };
    await using engine = bench.open();
    for (let number = 0; number < 5; number += 1) unwrap(await engine.create(wish(bench)));
    await bench.settle();
    expect(runs).toEqual([]);
    await engine.start();
    await bench.settle();
    expect(runs.toSorted()).toEqual((await bench.tasks()).map(({ id }) => `${id}/1`).toSorted());
    expect((await bench.tasks()).map((task) => task.status)).toEqual(Array.from({ length: 5 }, () => "in_review"));
  });

  test.each<[string, (bench: EngineBench, run: AttemptRun) => AttemptOutcome | Promise<AttemptOutcome>]>([
    ["fails", (bench, run) => bench.fails(run)],
    ["throws", () => Promise.reject(new RangeError("broken"))],
    ["never ends", (_bench, run) => untilStopped(run)],
  ])("an attempt that %s reaches no other task", async (_how, misbehave) => {
    const bench = await make();
    bench.attempt = async (run) => (run.task.title === "bad" ? misbehave(bench, run) : bench.passes(run));
    await using engine = bench.open();
    await engine.start();
    const bad = unwrap(await engine.create(wish(bench, { title: "bad", priority: 9 })));
    const good = [unwrap(await engine.create(wish(bench))), unwrap(await engine.create(wish(bench)))];
    await bench.settle();
    for (const task of good) expect(await status(bench, task)).toBe("in_review");
    expect(await status(bench, bad)).not.toBe("in_review");
    expect(code(await engine.create(wish(bench)))).toBe("ok");
  });

  test("is idle exactly when nothing runs and nothing is due", async () => {
    const bench = await make();
    const held = Promise.withResolvers<void>();
    bench.attempt = async (run) => {
      await held.promise;
      return bench.fails(run);
    };
    await using engine = bench.open();
    expect(await engine.idle()).toBe(true);
    await engine.start();
    const task = unwrap(await engine.create(wish(bench)));
    expect(await engine.idle()).toBe(false);
    await bench.settle();
    expect(await engine.idle()).toBe(false);
    held.resolve();
    await bench.settle();
    expect(await bench.task(task)).toMatchObject({ status: "routed", attempts: 1 });
    expect(await engine.idle(), "its retry is due later").toBe(true);
  });

  test("cancelling calls a running attempt off and ends its sessions; what it comes to then changes nothing", async () => {
    const bench = await make();
    bench.attempt = async (run) => {
      await untilStopped(run);
      return bench.passes(run);
    };
    await using engine = bench.open();
    await engine.start();
    const task = unwrap(await engine.create(wish(bench)));
    await bench.settle();
    unwrap(await engine.act({ task, event: cancel, actor: "me" }));
    await bench.settle();
    expect(await status(bench, task)).toBe("cancelled");
    expect(bench.stopped()).toContainEqual({ id: task.id, attempt: 1 });
  });
}

function describeDisposal(make: Make): void {
  test("disposal leaves sessions and tasks alone, and the next engine goes on with the same attempt", async () => {
    const bench = await make();
    bench.attempt = untilStopped;
    let task: Task;
    {
      await using first = bench.open();
      await first.start();
      task = unwrap(await first.create(wish(bench)));
      await bench.settle();
    }
    expect(await bench.task(task)).toMatchObject({ status: "in_progress", attempt: 1 });
    expect(bench.stopped()).toEqual([]);
    const attempts: number[] = [];
    bench.attempt = async (run) => {
      attempts.push(run.task.attempt);
      return bench.passes(run);
    };
    await using second = bench.open();
    await second.start();
    await bench.settle();
    expect(attempts).toEqual([1]);
    expect(await status(bench, task)).toBe("in_review");
  });

  test("after disposal nothing starts any more, whatever falls due", async () => {
    const bench = await make();
    let runs = 0;
    bench.attempt = async (run) => {
      runs += 1;
      return bench.fails(run);
    };
    const engine = bench.open();
    await engine.start();
    unwrap(await engine.create(wish(bench)));
    await bench.settle();
    await engine[Symbol.asyncDispose]();
    for (let step = 0; step < 20; step += 1) await bench.next();
    expect(runs).toBe(1);
  });

  test("may be disposed of twice, and without having been started", async () => {
    const bench = await make();
    const engine = bench.open();
    await engine[Symbol.asyncDispose]();
    await expect(engine[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
}
