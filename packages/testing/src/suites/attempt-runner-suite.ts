import { orchError, type AttemptOutcome, type AttemptRef, type AttemptRun, type AttemptRunner } from "@orch/core";
import { describe, expect, test } from "vitest";

/** What agents and projects do to a runner. None of it may make `run` throw or pass. */
export const mishaps = [
  "the agent fails",
  "the agent is lost",
  "the agent leaves processes",
  "the agent changes nothing",
  "the agent leaves its branch",
  "the agent commits a secret",
  "the agent is not configured",
  "the agent's program is missing",
  "a check fails",
  "a check hangs",
  "a check changes files",
  "a hook fails",
  "a required tool is missing",
  "the branch is taken",
] as const;

/** One of them. */
export type Mishap = (typeof mishaps)[number];

/** An attempt that passes, with two checks and a hook, in a world that can be crashed and spoilt. */
export interface AttemptRunnerBench {
  /** A runner as a new process of the daemon has it, over the same store and the same world. */
  open(): AttemptRunner;
  /** The attempt, to be run under the lease that is valid now. */
  attemptRun(signal?: AbortSignal): AttemptRun;
  /** The sessions that were really started, in order. */
  started(): readonly string[];
  /** Everything durable of the attempt. */
  records(): Promise<unknown>;
  /** Called before each commit; what it throws is a crash. */
  beforeCommit: (() => void | Promise<void>) | undefined;
  /** Another process takes the lease over. */
  takeOver(): Promise<void>;
  befall(mishap: Mishap): void;
  /** Leaves a live session of an attempt with this number. */
  leave(attempt: number, purpose: string): AttemptRef;
  /** The attempts that live sessions belong to. */
  alive(): readonly AttemptRef[];
}

type Make = () => Promise<AttemptRunnerBench>;

/** The contract of `AttemptRunner`. `make` is called once per case and cleans up by itself. */
export function describeAttemptRunner(name: string, { make }: { readonly make: Make }): void {
  describe(`AttemptRunner contract: ${name}`, () => {
    describeResuming(make);
    describeLeaving(make);
    describeMishaps(make);
    describeEnding(make);
  });
}

/** The commits of an undisturbed run, and what it did. */
async function undisturbed(make: Make) {
  const bench = await make();
  let commits = 0;
  bench.beforeCommit = () => void (commits += 1);
  const outcome = await bench.open().run(bench.attemptRun());
  return { commits, outcome, started: bench.started().toSorted() };
}

/** Lets `happen` happen right before the commit with this number, counted from 0. */
function at(commit: number, happen: () => void | Promise<void>): () => void | Promise<void> {
  let left = commit;
  return () => {
    left -= 1;
    return left === -1 ? happen() : undefined;
  };
}

function resultOf(outcome: AttemptOutcome): unknown {
  return outcome.kind === "finished" ? { verdict: outcome.verdict, result: outcome.result } : outcome;
}

function describeResuming(make: Make): void {
  test("an attempt passes, with a result that is in its record", async () => {
    const bench = await make();
    const outcome = await bench.open().run(bench.attemptRun());
    expect(outcome).toMatchObject({ kind: "finished", verdict: { kind: "pass" }, result: { attempt: 1, checks: 2 } });
    expect(await bench.records()).toBeDefined();
  });

  test("after a crash at any commit it goes on, ends the same way, and starts nothing twice", async () => {
    const whole = await undisturbed(make);
    expect(whole.commits).toBeGreaterThan(5);
    for (let crash = 0; crash < whole.commits; crash += 1) {
      const bench = await make();
      bench.beforeCommit = at(crash, () => {
        throw orchError("store_failed", "crash");
      });
      await expect(bench.open().run(bench.attemptRun()), `crash ${crash}`).rejects.toMatchObject({
        code: "store_failed",
      });
      bench.beforeCommit = undefined;
      const outcome = await bench.open().run(bench.attemptRun());
      expect(resultOf(outcome), `crash ${crash}`).toEqual(resultOf(whole.outcome));
      expect(bench.started().toSorted(), `crash ${crash}`).toEqual(whole.started);
    }
  });

  test("an attempt that has ended is answered again, and nothing happens", async () => {
    const bench = await make();
    const first = await bench.open().run(bench.attemptRun());
    const [started, records] = [[...bench.started()], await bench.records()];
    expect(await bench.open().run(bench.attemptRun())).toEqual(first);
    expect(bench.started()).toEqual(started);
    expect(await bench.records()).toEqual(records);
  });
}

function describeLeaving(make: Make): void {
  test("an attempt that is called off before it begins leaves nothing", async () => {
    const bench = await make();
    const before = await bench.records();
    const outcome = await bench.open().run(bench.attemptRun(AbortSignal.abort("stopped")));
    expect(outcome).toEqual({ kind: "abandoned", why: "stopped" });
    expect(bench.started()).toEqual([]);
    expect(await bench.records()).toEqual(before);
  });

  test("without the lease nothing is done and nothing recorded", async () => {
    const bench = await make();
    const before = await bench.records();
    const run = bench.attemptRun();
    await bench.takeOver();
    expect(await bench.open().run(run)).toMatchObject({ kind: "abandoned", why: expect.stringMatching(/./) as string });
    expect(bench.started()).toEqual([]);
    expect(await bench.records()).toEqual(before);
  });

  test("called off at any commit it ends, and the next runner goes on", async () => {
    const whole = await undisturbed(make);
    for (let commit = 0; commit < whole.commits; commit += 1) {
      const bench = await make();
      const stop = new AbortController();
      bench.beforeCommit = at(commit, () => stop.abort("stopped"));
      await bench.open().run(bench.attemptRun(stop.signal));
      bench.beforeCommit = undefined;
      const outcome = await bench.open().run(bench.attemptRun());
      expect(resultOf(outcome), `commit ${commit}`).toEqual(resultOf(whole.outcome));
      expect(bench.started().toSorted(), `commit ${commit}`).toEqual(whole.started);
    }
  });

  test("a lease lost at any commit ends it without a trace, and the new holder goes on", async () => {
    const whole = await undisturbed(make);
    for (let commit = 0; commit < whole.commits; commit += 1) {
      const bench = await make();
      let before: unknown;
      bench.beforeCommit = at(commit, async () => {
        await bench.takeOver();
        before = await bench.records();
      });
      const outcome = await bench.open().run(bench.attemptRun());
      expect(outcome.kind, `commit ${commit}`).toBe("abandoned");
      expect(await bench.records(), `commit ${commit}`).toEqual(before);
      bench.beforeCommit = undefined;
      const next = await bench.open().run(bench.attemptRun());
      expect(resultOf(next), `commit ${commit}`).toEqual(resultOf(whole.outcome));
      expect(bench.started().toSorted(), `commit ${commit}`).toEqual(whole.started);
    }
  });
}

function describeMishaps(make: Make): void {
  test.each(mishaps)("when %s, the attempt fails with a reason and has no result", async (mishap) => {
    const bench = await make();
    bench.befall(mishap);
    const outcome = await bench.open().run(bench.attemptRun());
    expect(outcome).toMatchObject({ kind: "finished", verdict: { reason: expect.stringMatching(/./) as string } });
    expect(outcome).not.toHaveProperty("result");
    expect(await bench.open().run(bench.attemptRun()), "a failure stands").toEqual(outcome);
  });
}

function describeEnding(make: Make): void {
  const why = "enough";

  test("stop ends everything of its attempt, nothing of another, and may be called again", async () => {
    const bench = await make();
    bench.leave(1, "agent");
    bench.leave(1, "check");
    const other = bench.leave(2, "agent");
    const { task } = bench.attemptRun();
    for (let time = 0; time < 2; time += 1) {
      await bench.open().stop({ task, attempt: 1, why });
      expect(bench.alive()).toEqual([other]);
    }
  });

  test("stop is harmless for an attempt that has ended or never began", async () => {
    const bench = await make();
    const first = await bench.open().run(bench.attemptRun());
    const { task } = bench.attemptRun();
    for (const attempt of [1, 7]) await bench.open().stop({ task, attempt, why });
    expect(await bench.open().run(bench.attemptRun())).toEqual(first);
  });

  test("reap ends what nobody owns, nothing else, and says how much it was", async () => {
    const bench = await make();
    const owned = bench.leave(1, "agent");
    bench.leave(2, "agent");
    bench.leave(3, "check");
    expect(await bench.open().reap([owned])).toBe(2);
    expect(bench.alive()).toEqual([owned]);
    expect(await bench.open().reap([owned])).toBe(0);
    expect(await bench.open().reap([])).toBe(1);
    expect(bench.alive()).toEqual([]);
  });

  test("retire ends what is alive of the last attempt, and may be called again", async () => {
    const bench = await make();
    bench.leave(1, "agent");
    const { task, project, signal } = bench.attemptRun();
    for (let time = 0; time < 2; time += 1) {
      await bench.open().retire({ task, project, signal });
      expect(bench.alive()).toEqual([]);
    }
  });
}
