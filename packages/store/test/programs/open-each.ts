import { once } from "node:events";
import { writeSync } from "node:fs";

import { asOrchError, systemClock } from "@orch/core";

import { openStore } from "../../src/index.ts";

// Opens each of the stores and says what came of it. Begins when its standard input ends.
writeSync(1, "ready\n");
process.stdin.resume();
await once(process.stdin, "end");

for (const path of process.argv.slice(2)) {
  try {
    await using store = await openStore({ path, clock: systemClock });
    await store.tasks({ limit: 1 });
    writeSync(1, "opened\n");
  } catch (thrown) {
    const { code, hint = "" } = asOrchError(thrown);
    writeSync(1, `${code}: ${hint}\n`);
  }
}
