import { join } from "node:path";

import { openStore } from "@orch/store";
import { createFakeClock, type FakeClock } from "@orch/testing/fake-clock";

import { millis, type Figure, type Measurement } from "../figure.ts";
import { fillWithOpenTasks, instantEngine } from "../instant-engine.ts";
import { countProcesses } from "../process-counter.ts";
import { installSqliteMeter, scansIn, type SqliteMeter } from "../sqlite-meter.ts";
import { cpuTime, median } from "../timing.ts";

const TICKS = 200;
const ROUNDS = 5;
const TICK_MS = 10_000;
const SIZES = [10, 1_000, 10_000];

/** What a tick costs in which nothing is due, by the number of open tasks (law 13). */
export const quietTick: Measurement = {
  name: "quiet tick",
  async measure(folder) {
    const meter = installSqliteMeter();
    // Once for the compiler: what runs first is slower than what follows.
    await measureTick(meter, { path: join(folder, "warm.db"), tasks: 10 });
    const empty = await measureTick(meter, { path: join(folder, "0.db"), tasks: 0 });
    const figures: Figure[] = [];
    for (const tasks of SIZES) {
      const tick = await measureTick(meter, { path: join(folder, `${tasks}.db`), tasks });
      figures.push({
        name: `quiet tick, ${tasks} open tasks`,
        ratio: tick.cpu / empty.cpu,
        yardstick: "a tick without tasks",
        seen: `${millis(tick.cpu)} CPU, ${tick.forks} forks, ${tick.rows} rows, ${tick.statements} statements, ${tick.scans} scans`,
        goal: 1.5,
      });
    }
    return figures;
  },
};

interface Tick {
  /** Milliseconds of processor time. */
  readonly cpu: number;
  readonly forks: number;
  /** Rows returned or changed, statements run: per tick. */
  readonly rows: number;
  readonly statements: number;
  /** Statements whose plan reads a whole table. */
  readonly scans: number;
}

async function measureTick(
  meter: SqliteMeter,
  input: { readonly path: string; readonly tasks: number },
): Promise<Tick> {
  const clock = createFakeClock();
  await using store = await openStore({ path: input.path, clock });
  await fillWithOpenTasks(store, { tasks: input.tasks, now: clock.now() });
  await using engine = instantEngine(store, clock);
  await engine.start();
  await ticks(clock, TICKS);
  const processes = countProcesses();
  meter.reset();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await cpuTime(() => ticks(clock, TICKS)));
  const use = meter.read();
  const all = TICKS * ROUNDS;
  return {
    cpu: median(times) / TICKS,
    forks: processes.started(),
    // A minimum over an empty range is one row that holds nothing.
    rows: use.rows / all,
    statements: [...use.statements.values()].reduce((sum, count) => sum + count, 0) / all,
    scans: scansIn(input.path, use.statements.keys()).length,
  };
}

async function ticks(clock: FakeClock, count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    await clock.advance(TICK_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
