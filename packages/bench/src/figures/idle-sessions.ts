import { startAgents, startDaemon, stopAgents } from "../bench-daemon.ts";
import { megabytes, millis, type Measurement } from "../figure.ts";
import { cpuMillisOf, hasProc, privateBytes, residentBytes } from "../process-usage.ts";
import { startNode } from "../programs.ts";
import { pause } from "../timing.ts";

const SESSIONS = 100;
const SETTLE_MS = 5_000;
const SEEN_MS = 20_000;

/** What a hundred agents that think in silence cost: processor time and memory, against as many idle processes of node. */
export const idleSessions: Measurement = {
  name: "idle sessions",
  async measure(folder) {
    if (!hasProc) return [];
    await using daemon = await startDaemon(folder, { parallel: SESSIONS, command: ["sleep", "600"] });
    const alone = residentBytes(daemon.pid);
    const supervisors = (await startAgents(daemon, SESSIONS)).map(({ pid }) => pid);
    const orch = [daemon.pid, ...supervisors];
    const through = await look(orch, supervisors);
    const grown = (residentBytes(daemon.pid) - alone) / SESSIONS;
    await stopAgents(daemon, SESSIONS);
    const plain = await plainProcesses(daemon.place.cwd);
    const yardstick = "as many idle processes of node";
    return [
      {
        name: "100 idle sessions, processor",
        ratio: through.cpu / plain.cpu,
        yardstick,
        seen: `${millis(through.cpu)} in ${SEEN_MS / 1000} s; ${millis(plain.cpu)}`,
      },
      {
        name: "memory per session, supervisor",
        ratio: through.bytes / plain.bytes,
        yardstick: "an idle node",
        seen: `${megabytes(through.bytes)} of its own, ${megabytes(grown)} in the daemon; ${megabytes(plain.bytes)}`,
      },
    ];
  },
};

interface Look {
  /** Milliseconds of processor time of all processes. */
  readonly cpu: number;
  /** Memory that one process shares with no other, in bytes, on average. */
  readonly bytes: number;
}

async function look(busy: readonly number[], weighed: readonly number[]): Promise<Look> {
  await pause(SETTLE_MS);
  const before = cpuMillisOf(busy);
  await pause(SEEN_MS);
  const cpu = cpuMillisOf(busy) - before;
  return { cpu, bytes: privateBytes(weighed) / weighed.length };
}

async function plainProcesses(cwd: string): Promise<Look> {
  const idle = Array.from({ length: SESSIONS }, () =>
    startNode(["-e", "setInterval(() => {}, 1000)"], { cwd, env: {} }),
  );
  try {
    const pids = idle.map(({ pid }) => pid);
    return await look(pids, pids);
  } finally {
    await Promise.all(idle.map((one) => one[Symbol.asyncDispose]()));
  }
}
