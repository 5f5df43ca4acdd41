import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { internalTaskId, systemClock, type NewJob, type Store } from "@orch/core";

import { openStore } from "../src/index.ts";
import { countedTask, countingUnit } from "../test/counting-unit.ts";

// What commits and quiet ticks cost. Run it with: node --conditions=@orch/source packages/store/bench/store-bench.ts

const COMMITS = 1000;
const TICKS = 1000;

const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
try {
  await measureCommits();
  await measureTicks();
} finally {
  await rm(folder, { recursive: true, force: true });
}

function say(what: string, value: number, unit: string): void {
  process.stdout.write(`${what.padEnd(64)} ${value.toFixed(value < 100 ? 2 : 0).padStart(8)} ${unit}\n`);
}

/** Mean microseconds of one call. */
async function timed(times: number, call: (round: number) => Promise<unknown>): Promise<number> {
  const start = systemClock.monotonic();
  for (let round = 1; round <= times; round += 1) await call(round);
  return ((systemClock.monotonic() - start) * 1000) / times;
}

async function measureCommits(): Promise<void> {
  await using store = await openStore({ path: join(folder, "commits.db"), clock: systemClock });
  const micros = await timed(COMMITS, (round) => store.commit(countingUnit(round)));
  say("commits of event, task, cursor and job, synchronous FULL", 1_000_000 / micros, "per s");
}

async function measureTicks(): Promise<void> {
  for (const [tasks, hidden] of [
    [10, 10],
    [1000, 1000],
    [10_000, 10_000],
  ] as const) {
    await using store = await openStore({ path: join(folder, `ticks-${tasks}.db`), clock: systemClock });
    await fill(store, { tasks, hidden });
    const label = `${tasks} open tasks, ${hidden} hidden jobs`;
    say(`empty claim, ${label}`, await timed(TICKS, () => claim(store)), "µs");
    say(`nextDue, ${label}`, await timed(TICKS, () => store.nextDue("effects")), "µs");
    say(`expireLeases, ${label}`, await timed(TICKS, () => store.expireLeases(systemClock.now())), "µs");
    say(`claim and complete one job, ${label}`, await timed(200, (round) => claimOne(store, round)), "µs");
  }
}

async function fill(store: Store, size: { readonly tasks: number; readonly hidden: number }): Promise<void> {
  const { writes = [] } = countingUnit(1);
  const [sample] = writes;
  if (sample?.kind !== "task:put") return;
  const tasks = Array.from({ length: size.tasks }, (_, index) => ({
    ...sample,
    task: { ...sample.task, id: internalTaskId(index + 1) },
  }));
  const notBefore = systemClock.now() + 3_600_000;
  const jobs = Array.from({ length: size.hidden }, (_, index) => job(`hidden ${index}`, notBefore));
  await store.commit({ writes: tasks, enqueue: jobs });
}

function job(key: string, notBefore: number): NewJob {
  const effect = { kind: "task:route", task: countedTask, round: 1 } as const;
  return { queue: "effects", key, exclusive: key, dims: { agent: "codex" }, priority: 0, notBefore, effect };
}

function claim(store: Store): ReturnType<Store["claim"]> {
  const limits = (): number => Number.POSITIVE_INFINITY;
  return store.claim({ queue: "effects", max: 4, host: "bench", leaseMs: 60_000, now: systemClock.now(), limits });
}

async function claimOne(store: Store, round: number): Promise<void> {
  await store.commit({ enqueue: [job(`due ${round}`, 0)] });
  for (const holding of await claim(store)) await store.commit({ holding, settle: { as: "complete" } });
}
