import { once } from "node:events";
import { writeSync } from "node:fs";

import { systemClock } from "@orch/core";

import { openStore } from "../../src/index.ts";

// Claims and completes until nothing is left, one line per job. Begins when its standard input ends.
const [path = "", host = ""] = process.argv.slice(2);
await using store = await openStore({ path, clock: systemClock });
writeSync(1, "ready\n");
process.stdin.resume();
await once(process.stdin, "end");

for (;;) {
  const leases = await store.claim({
    queue: "effects",
    max: 3,
    host,
    leaseMs: 60_000,
    now: systemClock.now(),
    limits: () => Number.POSITIVE_INFINITY,
  });
  if (leases.length === 0) break;
  for (const holding of leases) {
    const result = await store.commit({ holding, settle: { as: "complete" } });
    writeSync(1, `${result.ok ? "done" : "refused"} ${holding.key} ${holding.tries}\n`);
  }
  // SQLite's lock is not fair: a process that never pauses would leave nothing to the other.
  await systemClock.sleep(1);
}
