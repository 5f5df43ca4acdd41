import { join } from "node:path";
import { mkdtempSync } from "node:fs";
import { silentLogger, systemClock, systemRandom } from "@orch/core";
import { createSessions } from "@orch/sessions";
import { specOf } from "./figures/supervisor.ts";
import { programs } from "./programs.ts";
const folder = mkdtempSync("/tmp/zz-");
const prof = process.argv[2] === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir=/tmp/prof2", "--cpu-prof-interval=200"];
const sessions = await createSessions({ home: folder, supervisor: { argv: [process.execPath, ...prof, ...programs.supervisor, join(folder, "cache")] }, clock: systemClock, random: systemRandom, logger: silentLogger });
for (let round = 0; round < 6; round++) {
  const spec = specOf(folder, round);
  const t0 = performance.now(); const at = (): string => (performance.now() - t0).toFixed(0);
  const log: string[] = [];
  await sessions.start(spec); log.push("started " + at());
  const stop = new AbortController();
  for await (const event of sessions.follow(spec.id, { after: 0, signal: stop.signal })) { log.push(event.kind + " " + at()); if (event.kind === "output" || event.kind === "exit") break; }
  stop.abort(); log.push("broke " + at());
  await sessions.stop(spec.id, { mode: "kill", why: "measured" }); log.push("stopped " + at());
  await sessions.release(spec.id); log.push("released " + at());
  console.log(log.join(", "));
}
await sessions[Symbol.asyncDispose]();
