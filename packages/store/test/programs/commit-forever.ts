import { writeSync } from "node:fs";

import { systemClock } from "@orch/core";

import { openStore } from "../../src/index.ts";
import { countingUnit } from "../counting-unit.ts";

// Commits numbered units until it is killed; a number is printed when its commit has been acknowledged.
const [path = "", first = ""] = process.argv.slice(2);
await using store = await openStore({ path, clock: systemClock });
for (let number = Number(first); ; number += 1) {
  const result = await store.commit(countingUnit(number));
  writeSync(1, result.ok ? `${number}\n` : `refused ${number}: ${result.why}\n`);
}
