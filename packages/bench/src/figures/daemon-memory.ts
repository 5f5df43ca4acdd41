import { startDaemon, type BenchDaemon } from "../bench-daemon.ts";
import { megabytes, type Measurement } from "../figure.ts";
import { residentBytes, startNode, until } from "../programs.ts";

const SESSIONS = 20;
const SETTLE_MS = 2_000;

/** The daemon's memory when nothing happens, and while twenty agents work. */
export const daemonMemory: Measurement = {
  name: "daemon memory",
  async measure(folder) {
    await using daemon = await startDaemon(folder);
    await using idle = startNode(["-e", "setInterval(() => {}, 1000)"], daemon.place);
    await settle();
    const bare = residentBytes(idle.pid);
    const rest = residentBytes(daemon.pid);
    await startSessions(daemon);
    await settle();
    const busy = residentBytes(daemon.pid);
    await stopSessions(daemon);
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

async function startSessions({ client, place }: BenchDaemon): Promise<void> {
  for (let number = 1; number <= SESSIONS; number += 1) {
    await client.call("task add", { title: `Sleep ${number}`, folder: place.cwd });
  }
  await until("twenty running agents", async () => {
    const { sessions } = await client.call("task live", { folder: place.cwd });
    return sessions.length === SESSIONS;
  });
}

async function stopSessions({ client, place }: BenchDaemon): Promise<void> {
  for (let number = 1; number <= SESSIONS; number += 1) {
    await client.call("task cancel", { task: `int-${number}`, folder: place.cwd });
  }
  await until("the end of all agents", async () => {
    const { sessions } = await client.call("task live", { folder: place.cwd });
    return sessions.length === 0;
  });
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
