import { existsSync } from "node:fs";
import { join } from "node:path";

import { systemClock, systemRandom } from "@orch/core";
import { runSupervisor } from "@orch/sessions";

import { lineProtocol } from "./line-protocol.ts";

const stop = new AbortController();
for (const name of ["SIGHUP", "SIGINT"] as const) process.on(name, () => undefined);
process.on("SIGTERM", () => stop.abort());
const [folder = ""] = process.argv.slice(2);
process.exit(
  await runSupervisor({
    folder,
    protocol: async (name) => {
      // A start that takes its time: until there is a file `go`.
      if (name === "late lines") while (!existsSync(join(folder, "go"))) await systemClock.sleep(20);
      return name.endsWith(lineProtocol.name) ? lineProtocol : undefined;
    },
    clock: systemClock,
    random: systemRandom,
    stop: stop.signal,
    timing: { terminateMs: 800, survivorsMs: 400, confirmMs: 1_500 },
  }),
);
