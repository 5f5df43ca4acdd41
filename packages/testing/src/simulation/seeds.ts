import type { PlantedBug } from "./planted-bugs.ts";
import { simulate } from "./simulate.ts";

/** The seeds `from`, `from + step`, … below `from + seeds`. */
export interface Seeds {
  readonly from: number;
  readonly step: number;
  readonly end: number;
  readonly bug?: PlantedBug | undefined;
  /** Print what happened in each run that went wrong, or in the only one. */
  readonly trace: "all" | "wrong" | "none";
}

/** What many runs came to. */
export interface Tally {
  readonly crashes: number;
  readonly faults: number;
  readonly tasks: number;
  /** Runs in which something was wrong. */
  readonly failed: number;
  /** How often each call met each fate, over all runs. */
  readonly fates: ReadonlyMap<string, number>;
}

/** What no run came to. */
export const noTally: Tally = { crashes: 0, faults: 0, tasks: 0, failed: 0, fates: new Map() };

/** Simulates one seed after the other; `say` is told what went wrong, with the way to replay it. */
export async function simulateSeeds(seeds: Seeds, say: (text: string) => void): Promise<Tally> {
  let tally = noTally;
  for (let seed = seeds.from; seed < seeds.end; seed += seeds.step) {
    const { wrong, trace, ...run } = await simulate(seed, seeds.bug);
    const isWrong = wrong.length > 0;
    if (seeds.trace === "all" || (seeds.trace === "wrong" && isWrong)) say(trace.join("\n"));
    if (isWrong) say(`seed ${seed}: ${wrong.join("; ")}\n  replay: pnpm sim --from ${seed} --seeds 1 --trace`);
    tally = addTally(tally, { ...run, failed: isWrong ? 1 : 0 });
  }
  return tally;
}

/** Both together. */
export function addTally(left: Tally, right: Tally): Tally {
  const fates = new Map(left.fates);
  for (const [fate, times] of right.fates) fates.set(fate, (fates.get(fate) ?? 0) + times);
  return {
    crashes: left.crashes + right.crashes,
    faults: left.faults + right.faults,
    tasks: left.tasks + right.tasks,
    failed: left.failed + right.failed,
    fates,
  };
}
