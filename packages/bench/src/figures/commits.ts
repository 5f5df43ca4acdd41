import { join } from "node:path";

import { internalTaskId, systemClock, type Unit } from "@orch/core";
import { openStore } from "@orch/store";

import { millis, type Measurement } from "../figure.ts";
import { project, spec } from "../instant-engine.ts";
import { openPlainDatabase } from "../plain-database.ts";
import { inTurns } from "../timing.ts";

const ROUNDS = 500;

/** What one unit of atomic work costs: event, task and job in one transaction. */
export const commits: Measurement = {
  name: "commit",
  async measure(folder) {
    await using store = await openStore({ path: join(folder, "orch.db"), clock: systemClock });
    using plain = openPlainDatabase(join(folder, "plain.db"));
    const times = await inTurns(ROUNDS, {
      unit: (round) => store.commit(unit(round + 1)),
      insert: (round) => plain.insert(round),
    });
    return [
      {
        name: "commit",
        ratio: times.unit / times.insert,
        yardstick: "one durable insert of plain SQLite",
        seen: `${millis(times.unit)}, ${(1000 / times.unit).toFixed(0)} per second; an insert ${millis(times.insert)}`,
      },
    ];
  },
};

function unit(number: number): Unit {
  const ref = { project, id: internalTaskId(number) };
  const counters = { attempts: 0, lastAttempt: 0, failures: [], avoid: [], createdAt: 1, updatedAt: 1, version: 1 };
  const event = { type: "task:created", spec } as const;
  const key = `task:route ${number}`;
  return {
    expect: { task: ref, version: 0 },
    events: [{ ...ref, key: `created ${number}`, at: 1, actor: "bench", event, status: "new" }],
    writes: [{ kind: "task:put", task: { ...spec, ...ref, ...counters, status: "new" } }],
    enqueue: [
      {
        queue: "effects",
        key,
        exclusive: key,
        dims: { queue: "effects", project },
        priority: 0,
        notBefore: 0,
        effect: { kind: "task:route", task: ref, round: 1 },
      },
    ],
  };
}
