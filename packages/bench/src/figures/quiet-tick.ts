import { join } from "node:path";

import { openStore } from "@orch/store";
import { createFakeClock, type FakeClock } from "@orch/testing/fake-clock";

import { millis, type Figure, type Measurement } from "../figure.ts";
import { fillWithOpenTasks, instantEngine } from "../instant-engine.ts";
import { countProcesses } from "../process-counter.ts";
import { installSqliteMeter, scansIn } from "../sqlite-meter.ts";
import { cpuTime, median } from "../timing.ts";

const TICKS = 100;
const ROUNDS = 15;
const WARM_ROUNDS = 3;
const TICK_MS = 10_000;
const SIZES = [0, 10, 1_000, 10_000];

/** What a tick costs in which nothing is due, by the number of open tasks (law 13). */
export const quietTick: Measurement = {
  name: "quiet tick",
  async measure(folder) {
    const meter = installSqliteMeter();
    await using scope = new AsyncDisposableStack();
    const daemons: QuietDaemon[] = [];
    for (const tasks of SIZES) daemons.push(await openQuietDaemon(scope, { path: join(folder, `${tasks}.db`), tasks }));
    const processes = countProcesses();
    for (let round = 0; round < WARM_ROUNDS + ROUNDS; round += 1) {
      for (const daemon of daemons) {
        meter.reset();
        const cpu = (await cpuTime(() => ticks(daemon.clock, TICKS))) / TICKS;
        if (round >= WARM_ROUNDS) daemon.cpu.push(cpu);
        const { rows, statements } = meter.read();
        daemon.rows = rows / TICKS;
        daemon.statements = statements;
      }
    }
    const [empty, ...others] = daemons;
    const yardstick = median(empty?.cpu ?? []);
    return others.map((daemon) => figureOf(daemon, { yardstick, forks: processes.started() }));
  },
};

interface QuietDaemon {
  readonly tasks: number;
  readonly path: string;
  readonly clock: FakeClock;
  /** Milliseconds of processor time per tick, one number per round. */
  readonly cpu: number[];
  /** Rows that a tick's statements returned or changed. */
  rows: number;
  /** The statements of a round, with how often they ran. */
  statements: ReadonlyMap<string, number>;
}

async function openQuietDaemon(
  scope: AsyncDisposableStack,
  { path, tasks }: Pick<QuietDaemon, "path" | "tasks">,
): Promise<QuietDaemon> {
  const clock = createFakeClock();
  const store = scope.use(await openStore({ path, clock }));
  await fillWithOpenTasks(store, { tasks, now: clock.now() });
  const engine = scope.use(instantEngine(store, clock));
  await engine.start();
  return { tasks, path, clock, cpu: [], rows: 0, statements: new Map() };
}

async function ticks(clock: FakeClock, count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    await clock.advance(TICK_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function figureOf(daemon: QuietDaemon, input: { readonly yardstick: number; readonly forks: number }): Figure {
  const cpu = median(daemon.cpu);
  const ran = [...daemon.statements.values()].reduce((sum, times) => sum + times, 0) / TICKS;
  const scans = scansIn(daemon.path, daemon.statements.keys()).length;
  return {
    name: `quiet tick, ${daemon.tasks} open tasks`,
    ratio: cpu / input.yardstick,
    yardstick: "a tick without tasks",
    // A minimum over nothing is a row too: it holds no value.
    seen: `${millis(cpu)} CPU, ${input.forks} forks; ${ran} statements, ${daemon.rows} rows, ${scans} table scans`,
    goal: 1.5,
  };
}
