import { join } from "node:path";

import { startAgents, startDaemon, stopAgents } from "../bench-daemon.ts";
import { megabytes, millis, type Measurement } from "../figure.ts";
import { residentBytes } from "../process-usage.ts";
import { startNode, until } from "../programs.ts";
import { latenciesOf, stampedLines, watchStream, type Rhythm, type Watcher } from "../stamped-lines.ts";
import { quantile } from "../timing.ts";

const CLIENTS = 1_000;
const RHYTHM: Rhythm = { everyMs: 100, bytes: 1_000 };
const SEEN_MS = 5_000;

/** A thousand clients that follow one session of 10 lines of 1 kB a second, against a server of node alone. */
export const streamClients: Measurement = {
  name: "stream clients",
  async measure(folder) {
    const plain = await plainServer(folder);
    await using daemon = await startDaemon(join(folder, "daemon"), {
      command: [process.execPath, "-e", stampedLines(RHYTHM)],
    });
    const [session] = await startAgents(daemon, 1);
    const path = `/v1/sessions/${encodeURIComponent(session?.id ?? "")}/events`;
    const through = await serve(daemon.pid, () => watchStream(daemon.socketPath, path));
    await stopAgents(daemon, 1);
    return [
      {
        name: "1,000 stream clients, line to client",
        ratio: through.p99 / plain.p99,
        yardstick: "a server of node alone, p99",
        seen: `p99 ${millis(through.p99)}, ${through.lines} lines; node alone ${millis(plain.p99)}, ${plain.lines} lines`,
      },
      {
        name: "1,000 stream clients, memory",
        ratio: through.bytes / plain.bytes,
        yardstick: "a server of node alone",
        seen: `${megabytes(through.bytes)}; node alone ${megabytes(plain.bytes)}`,
      },
    ];
  },
};

interface Served {
  readonly p99: number;
  /** How many lines all clients together have got. */
  readonly lines: number;
  /** What the server has resident meanwhile. */
  readonly bytes: number;
}

async function plainServer(folder: string): Promise<Served> {
  const socketPath = join(folder, "plain.sock");
  const program = join(import.meta.dirname, "..", "plain-stream-main.ts");
  const words = [program, socketPath, String(RHYTHM.everyMs), String(RHYTHM.bytes)];
  await using server = startNode(words, { cwd: folder, env: {} });
  const first = await until("the plain server", () => watchStream(socketPath, "/").catch(() => undefined));
  first[Symbol.dispose]();
  return await serve(server.pid, () => watchStream(socketPath, "/"));
}

async function serve(pid: number, open: () => Promise<Watcher>): Promise<Served> {
  const watchers: Watcher[] = [];
  try {
    while (watchers.length < CLIENTS) watchers.push(...(await Promise.all(Array.from({ length: 50 }, open))));
    const latencies = await latenciesOf(watchers, SEEN_MS);
    return { p99: quantile(latencies, 0.99), lines: latencies.length, bytes: residentBytes(pid) };
  } finally {
    for (const watcher of watchers) watcher[Symbol.dispose]();
  }
}
