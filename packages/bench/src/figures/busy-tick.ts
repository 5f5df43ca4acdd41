import { join } from "node:path";

import { internalTaskId, systemClock, unwrap, type Engine, type Store } from "@orch/core";
import { openStore } from "@orch/store";

import { millis, type Measurement } from "../figure.ts";
import { instantEngine, project, spec } from "../instant-engine.ts";
import { openPlainDatabase } from "../plain-database.ts";
import { median, timed } from "../timing.ts";

const ROUNDS = 20;
const TASKS = 4;

/** What orch itself does for four tasks, from the wish to the checked branch: agents that are done at once. */
export const busyTick: Measurement = {
  name: "4-task tick",
  async measure(folder) {
    await using store = await openStore({ path: join(folder, "orch.db"), clock: systemClock });
    await using engine = instantEngine(store, systemClock);
    await engine.start();
    using plain = openPlainDatabase(join(folder, "plain.db"));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await timed(() => runFour(engine, { store, first: round * TASKS + 1 })));
      theirs.push(await timed(() => plain.insert(round)));
    }
    const [tick, insert] = [median(ours), median(theirs)];
    return [
      {
        name: "4-task tick",
        ratio: tick / insert,
        yardstick: "one durable insert of plain SQLite",
        seen: `${millis(tick)}; an insert ${millis(insert)}`,
      },
    ];
  },
};

async function runFour(engine: Engine, input: { readonly store: Store; readonly first: number }): Promise<void> {
  const { store, first } = input;
  for (let task = 0; task < TASKS; task += 1) unwrap(await engine.create({ project, spec, actor: "bench" }));
  for (;;) {
    const ids = Array.from({ length: TASKS }, (_, index) => internalTaskId(first + index));
    const tasks = await Promise.all(ids.map((id) => store.task({ project, id })));
    if (tasks.every((task) => task?.status === "in_review")) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
