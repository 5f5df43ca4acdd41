import { startAgents, startDaemon, stopAgents } from "../bench-daemon.ts";
import { megabytes, type Measurement } from "../figure.ts";
import { residentBytes } from "../process-usage.ts";
import { startNode } from "../programs.ts";
import { pause } from "../timing.ts";

const SESSIONS = 20;
const SETTLE_MS = 2_000;

/** The daemon's memory when nothing happens, and while twenty agents work. */
export const daemonMemory: Measurement = {
  name: "daemon memory",
  async measure(folder) {
    await using daemon = await startDaemon(folder);
    await using idle = startNode(["-e", "setInterval(() => {}, 1000)"], daemon.place);
    await pause(SETTLE_MS);
    const bare = residentBytes(idle.pid);
    const rest = residentBytes(daemon.pid);
    await startAgents(daemon, SESSIONS);
    await pause(SETTLE_MS);
    const busy = residentBytes(daemon.pid);
    await stopAgents(daemon, SESSIONS);
    const yardstick = "an idle node";
    return [
      {
        name: "daemon memory at rest",
        ratio: rest / bare,
        yardstick,
        seen: `${megabytes(rest)}; ${yardstick} ${megabytes(bare)}`,
      },
      { name: "daemon memory with 20 sessions", ratio: busy / bare, yardstick, seen: megabytes(busy) },
    ];
  },
};
