import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

import { asOrchError, silentLogger, systemClock } from "@orch/core";

import { connect, makeDurable } from "../../src/connection.ts";
import { migrate } from "../../src/migrate.ts";
import { createSqliteStore } from "../../src/sqlite-store.ts";
import { countingUnit } from "../counting-unit.ts";

// Commits until there is no room, makes room, and goes on. `tmpfs` needs a mount namespace of its own, which takes the
// disk away with the process; `pages` has SQLite itself refuse to grow.
const [folder = "", kind = ""] = process.argv.slice(2);
const ballast = join(folder, "ballast");
if (kind === "tmpfs") {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
  writeFileSync(ballast, Buffer.alloc(500_000));
}
const path = join(folder, "orch.db");
const connection = connect(path, 1000);
migrate(connection, systemClock);
makeDurable(connection.raw);
if (kind === "pages") connection.raw.pragma("max_page_count = 200");
await using store = createSqliteStore(connection, { path, clock: systemClock, logger: silentLogger });

let committed = 0;
let refusal = "none";
while (refusal === "none" && committed < 5000) {
  try {
    await store.commit(countingUnit(committed + 1, { padding: 2000 }));
    committed += 1;
  } catch (thrown) {
    refusal = asOrchError(thrown).code;
  }
}
const events = await store.events({ after: 0, limit: 10_000 });
rmSync(ballast, { force: true });
if (kind === "pages") connection.raw.pragma("max_page_count = 1000");
const goesOn = (await store.commit(countingUnit(committed + 1))).ok;
writeSync(1, `${JSON.stringify({ refusal, committed: committed > 0, lost: committed - events.length, goesOn })}\n`);
