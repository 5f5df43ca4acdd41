import { mergeMethods, type Clock, type ForgeSettings, type ProjectId } from "@orch/core";

import { createMemoryForge, type MemoryForge } from "../forge/memory-forge.ts";
import { sampleForge } from "../suites/samples.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** The forge of one run, and how its project is set. */
export interface ForgeOfRun {
  readonly forge: MemoryForge;
  readonly settings: ForgeSettings;
}

/** The check that a rule may ask for beside continuous integration: it comes late. */
export const LATE_CHECK = "deploy";

/**
 * A forge of the simulated world, for one run in two. Some are reached through a fork, some open drafts alone, and the
 * base has the rules that people like: checks that have to pass, an approval, everything on top of the base.
 */
export function someForge(input: {
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly project: ProjectId;
}): ForgeOfRun | undefined {
  const { random, clock, project } = input;
  if (!random.chance(0.5)) return undefined;
  const fork = random.chance(0.2);
  const forge = createMemoryForge({ project, clock, fork });
  forge.state.strict = random.chance(0.5);
  forge.state.required = random.pick([[], [], ["ci"], ["ci", LATE_CHECK]]);
  forge.state.approvals = random.chance(0.2) ? 1 : 0;
  forge.state.methods = random.pick([mergeMethods, ["merge"], ["rebase", "merge"]]);
  const { pull, review } = sampleForge;
  const settings: ForgeSettings = {
    ...sampleForge,
    ...(fork ? { fork: "orch/app" } : {}),
    pull: { ...pull, draft: random.chance(0.25) },
    review: { ...review, followup: random.chance(0.15) ? "tasks" : "redispatch" },
  };
  return { forge, settings };
}
