/**
 * What an hour of 5, 10 and 50 sessions asks of GitHub, beside what another orchestrator published.
 * Run: node --conditions=@orch/source packages/backends/github/test/hour-main.ts
 */
import { openTown } from "./hour.ts";

const HOUR_MS = 3_600_000;
/** GraphQL points an hour, of the published curve that docs/testing.md names. */
const PUBLISHED = [
  { sessions: 5, points: 260 },
  { sessions: 10, points: 640 },
  { sessions: 50, points: 1400 },
] as const;

process.stdout.write("sessions  way       points  published  writes  reads  unchanged  merged\n");
for (const { sessions, points: published } of PUBLISHED) {
  for (const webhooks of [false, true]) {
    await using town = await openTown({ sessions, webhooks });
    const { points, writes, reads, unchanged, merged } = await town.pass(HOUR_MS);
    const cells = [points, published, writes, reads, unchanged, merged]
      .map((cell) => String(cell).padStart(8))
      .join(" ");
    process.stdout.write(`${String(sessions).padEnd(9)} ${(webhooks ? "webhooks" : "polling").padEnd(8)} ${cells}\n`);
  }
}
