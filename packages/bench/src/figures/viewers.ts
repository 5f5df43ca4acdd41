import { startAgents, startDaemon, stopAgents } from "../bench-daemon.ts";
import { millis, type Figure, type Measurement } from "../figure.ts";
import { latenciesOf, stampedLines, watchPipe, watchStream, type Rhythm, type Watcher } from "../stamped-lines.ts";
import { quantile } from "../timing.ts";

const RHYTHM: Rhythm = { everyMs: 250, bytes: 80 };
const SEEN_MS = 5_000;

/** From an agent's line to its viewer's screen, with many sessions at once, against a plain pipe for each. */
export const viewers: Measurement = {
  name: "viewers",
  measure: async (folder) => [await viewersOf(20, `${folder}/few`), await viewersOf(100, `${folder}/many`)],
};

async function viewersOf(count: number, folder: string): Promise<Figure> {
  const plain = await seenBy(Array.from({ length: count }, () => watchPipe(RHYTHM)));
  await using daemon = await startDaemon(folder, {
    command: [process.execPath, "-e", stampedLines(RHYTHM)],
    parallel: count,
  });
  const sessions = await startAgents(daemon, count);
  const paths = sessions.map(({ id }) => `/v1/sessions/${encodeURIComponent(id)}/events`);
  const through = await seenBy(await Promise.all(paths.map((path) => watchStream(daemon.socketPath, path))));
  await stopAgents(daemon, count);
  return {
    name: `viewers of ${count} sessions, line to screen`,
    ratio: through.p95 / plain.p95,
    yardstick: "a plain pipe each, p95",
    seen: `p95 ${millis(through.p95)}, median ${millis(through.p50)}; pipes ${millis(plain.p95)}, ${millis(plain.p50)}`,
  };
}

async function seenBy(watchers: readonly Watcher[]): Promise<{ readonly p50: number; readonly p95: number }> {
  const latencies = await latenciesOf(watchers, SEEN_MS);
  for (const watcher of watchers) watcher[Symbol.dispose]();
  return { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) };
}
