import type { Around } from "@orch/core";

import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import type { AgentEnd } from "./run-agent.ts";

const BEFORE = "around.json";
const CHANGED = "changed-outside.json";
const MOST_BYTES = 4 * 1024 * 1024;
const SHOWN = 10;

/** True when the agent ran without any sandbox. Unknown counts as such (law 3). */
export function isUnconfined(end: AgentEnd): boolean {
  return end.kind === "lost" || end.exit.sandbox === "none";
}

/** Before the agent starts: what lies around its clone, where it may turn out to run without a sandbox. */
export async function noteSurroundings({ deps, run, ref }: StepContext): Promise<void> {
  const { project } = run;
  if (project.sandbox !== "none" && project.sandbox !== "auto") return;
  // An earlier look stays: the agent may have started since.
  if ((await deps.files.read(ref, { name: BEFORE, maxBytes: MOST_BYTES })) !== undefined) return;
  const around = await deps.workspace.lookAround({ project });
  await deps.files.write(ref, { name: BEFORE, text: JSON.stringify(around) });
}

/** After the agent has ended: what changed outside its clone, if it could write there. Undefined: nothing that is known. */
export async function findOutsideWrites(context: StepContext, end: AgentEnd): Promise<Ending | undefined> {
  if (!isUnconfined(end)) return undefined;
  const changed = await changedPaths(context);
  if (changed.length === 0) return undefined;
  const more = changed.length > SHOWN ? [`and ${changed.length - SHOWN} more`] : [];
  const lesson = "Write inside your clone only; files outside of it changed while you ran.";
  return endingFor("wrote_outside", `Changed meanwhile: ${[...changed.slice(0, SHOWN), ...more].join(", ")}.`, {
    lesson,
  });
}

/** Looked at once: what a person does there later is not the agent's. */
async function changedPaths({ deps, run, ref }: StepContext): Promise<readonly string[]> {
  const known = await deps.files.read(ref, { name: CHANGED, maxBytes: MOST_BYTES });
  if (known !== undefined) return JSON.parse(known) as readonly string[];
  const before = await deps.files.read(ref, { name: BEFORE, maxBytes: MOST_BYTES });
  if (before === undefined) return [];
  const look = { project: run.project, before: JSON.parse(before) as Around };
  const changed = await deps.workspace.changedAround(look);
  await deps.files.write(ref, { name: CHANGED, text: JSON.stringify(changed) });
  return changed;
}
