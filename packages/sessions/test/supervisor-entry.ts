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
    protocol: (name) => Promise.resolve(name === lineProtocol.name ? lineProtocol : undefined),
    clock: systemClock,
    random: systemRandom,
    stop: stop.signal,
    timing: { terminateMs: 800, survivorsMs: 400, confirmMs: 1_500 },
  }),
);
