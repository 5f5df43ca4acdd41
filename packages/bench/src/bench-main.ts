// `pnpm bench [--only WORD] [--update]`: measures, prints ratios, compares them with the committed ones.
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { compare, renewed, type Comparison } from "./compare.ts";
import type { Measurement } from "./figure.ts";
import { busyTick } from "./figures/busy-tick.ts";
import { cliStart } from "./figures/cli-start.ts";
import { clone } from "./figures/clone.ts";
import { commits } from "./figures/commits.ts";
import { daemonMemory } from "./figures/daemon-memory.ts";
import { handOver } from "./figures/hand-over.ts";
import { idleSessions } from "./figures/idle-sessions.ts";
import { quietTick } from "./figures/quiet-tick.ts";
import { redaction } from "./figures/redaction.ts";
import { routingRegret } from "./figures/routing-regret.ts";
import { sandbox } from "./figures/sandbox.ts";
import { streamClients } from "./figures/stream-clients.ts";
import { supervisor } from "./figures/supervisor.ts";
import { viewers } from "./figures/viewers.ts";
import { warmStart } from "./figures/warm-start.ts";
import { webhook } from "./figures/webhook.ts";
import { parseBaseline } from "./parse-baseline.ts";
import { renderTable } from "./render-table.ts";

const measurements: readonly Measurement[] = [
  quietTick,
  busyTick,
  commits,
  cliStart,
  clone,
  warmStart,
  supervisor,
  sandbox,
  daemonMemory,
  handOver,
  idleSessions,
  viewers,
  streamClients,
  redaction,
  webhook,
  routingRegret,
];
const baselineFile = join(import.meta.dirname, "..", "baseline.json");

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, update: { type: "boolean", default: false } },
});
const baseline = parseBaseline(await readFile(baselineFile, "utf8"));
const chosen = measurements.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) {
  process.stderr.write(`No such figure. Figures: ${measurements.map(({ name }) => name).join(", ")}\n`);
  process.exitCode = 2;
}
const all: Comparison[] = [];
for (const measurement of chosen) {
  // Short, because a unix socket below it may not have a long name.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "ob-")));
  try {
    const comparisons = compare(await measurement.measure(folder), baseline);
    process.stdout.write(renderTable(comparisons));
    all.push(...comparisons);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
if (values.update) {
  const figures = all.map(({ figure }) => figure);
  await writeFile(baselineFile, `${JSON.stringify(renewed(baseline, figures), null, 2)}\n`);
}
