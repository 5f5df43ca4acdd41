import { parseArgs } from "node:util";

import { plantedBugs, type PlantedBug } from "./planted-bugs.ts";
import { runSeeds } from "./run-seeds.ts";

/** As many as `npm test` runs. */
const ALL_SEEDS = 2000;

const USAGE = `Usage: pnpm sim [--seeds N] [--from SEED] [--bug NAME] [--trace]
  --seeds N     how many seeds to run (2000); that many must meet each failure of each call
  --from SEED   the first seed (1); with --seeds 1 --trace: a replay
  --bug NAME    plant a bug: ${plantedBugs.join(", ")}
  --trace       print what happened in each run that went wrong, or in the only one`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: String(ALL_SEEDS) },
      from: { type: "string", default: "1" },
      bug: { type: "string" },
      trace: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [seeds, from] = [Number(values.seeds), Number(values.from)];
  const bug = plantedBugs.find((name): name is PlantedBug => name === values.bug);
  if (
    values.help ||
    !Number.isInteger(seeds) ||
    !Number.isInteger(from) ||
    (values.bug !== undefined && bug === undefined)
  ) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  const started = performance.now();
  const { fates, ...sums } = await runSeeds({ from, seeds, bug, trace: values.trace }, (text) =>
    process.stdout.write(`${text}\n`),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { tasks, crashes, faults, failed } = sums;
  process.stdout.write(
    `simulation: ${seeds} seeds, ${tasks} tasks, ${crashes} crashes, ${faults} lost calls, ${failed} failed, ${seconds} s\n`,
  );
  const { text, complete } = coverage(fates);
  process.stdout.write(`${text}\n`);
  // Fewer runs can't show everything; what so many never do is not known to go well.
  return failed === 0 && (complete || seeds < ALL_SEEDS || bug !== undefined) ? 0 : 1;
}

/** Which calls over a port met which of the four ways to fail. */
function coverage(fates: ReadonlyMap<string, number>): { readonly text: string; readonly complete: boolean } {
  const calls = [...new Set([...fates.keys()].map((fate) => fate.split(" ", 1)[0] ?? ""))].toSorted();
  const ways = ["crashBefore", "crashAfter", "loseRequest", "loseAnswer"];
  const missing = calls.flatMap((call) => ways.map((way) => `${call} ${way}`)).filter((fate) => !fates.has(fate));
  const met = calls.length * ways.length - missing.length;
  const rest = missing.length === 0 ? "" : `; not met: ${missing.join(", ")}`;
  const text = `coverage: ${calls.length} calls over ports, ${met} of ${calls.length * ways.length} failures met${rest}`;
  return { text, complete: missing.length === 0 };
}

process.exitCode = await main();
