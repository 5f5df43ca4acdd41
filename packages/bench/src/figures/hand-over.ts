import { startAgents, startDaemon, stopAgents } from "../bench-daemon.ts";
import { millis, type Figure, type Measurement } from "../figure.ts";
import { programs, runNode, startNode, until } from "../programs.ts";
import { median, timed } from "../timing.ts";

const SESSIONS = 8;
const ROUNDS = 7;

/** How long a daemon takes to end in order, and the next one to have its sessions, against the least that node can do. */
export const handOver: Measurement = {
  name: "hand-over",
  async measure(folder) {
    await using first = await startDaemon(folder, { parallel: SESSIONS, command: ["sleep", "600"] });
    const { client, place } = first;
    await startAgents(first, SESSIONS);
    const haveAll = async (): Promise<boolean> => {
      const live = await client.call("task live", { folder: place.cwd }).catch(() => undefined);
      return live?.sessions.length === SESSIONS;
    };
    const times: Record<"nothing" | "stop" | "adoption", number[]> = { nothing: [], stop: [], adoption: [] };
    let daemon: AsyncDisposable = first;
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const last = daemon;
        times.nothing.push(await timed(() => runNode(programs.nothing, place)));
        times.stop.push(await timed(() => last[Symbol.asyncDispose]()));
        daemon = startNode(programs.daemon, place);
        times.adoption.push(await timed(() => until("the sessions", haveAll)));
      }
      await stopAgents(first, SESSIONS);
    } finally {
      await daemon[Symbol.asyncDispose]();
    }
    const plain = median(times.nothing);
    const figure = (name: string, all: readonly number[]): Figure => ({
      name,
      ratio: median(all) / plain,
      yardstick: "node -e 0",
      seen: `${millis(median(all))}, at most ${millis(Math.max(...all))}; node -e 0 ${millis(plain)}`,
    });
    return [
      figure("daemon with 8 sessions, to its end", times.stop),
      figure("daemon with 8 sessions, start to having them", times.adoption),
    ];
  },
};
