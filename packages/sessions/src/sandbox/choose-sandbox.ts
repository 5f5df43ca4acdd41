import { isOrchError, type Enclosure, type Random, type Sandbox, type SandboxMode, type SandboxPlan } from "@orch/core";

import { createBwrapSandbox } from "./bwrap-sandbox.ts";
import { flyCanaries } from "./canary.ts";
import { createNoSandbox } from "./none-sandbox.ts";
import { createSrtSandbox } from "./srt-sandbox.ts";

/** An enclosure that has passed its canaries, or why there is none. */
export type Chosen = { readonly enclosure: Enclosure } | { readonly why: string; readonly leaks?: boolean };

/** What a choice is made for. */
export interface ChoiceInput {
  readonly plan: SandboxPlan;
  /** A folder that the plan hides; canaries are put there. */
  readonly hidden: string;
  readonly random: Random;
}

/** The backends that a mode may choose from, the strongest first. None is never among those of another mode. */
export function candidatesOf(mode: SandboxMode): readonly Sandbox[] {
  const all = { srt: createSrtSandbox, bwrap: createBwrapSandbox, none: createNoSandbox };
  return mode === "auto" ? [all.srt(), all.bwrap()] : [all[mode]()];
}

/**
 * Opens the first enclosure that works and whose canaries fail as they must. A sandbox that was asked for is never
 * replaced by none: where nothing works, the session does not start.
 */
export async function chooseSandbox(
  mode: SandboxMode,
  input: ChoiceInput,
  candidates: readonly Sandbox[] = candidatesOf(mode),
): Promise<Chosen> {
  const reasons: { readonly name: string; readonly why: string }[] = [];
  for (const sandbox of candidates) {
    const tried = await tryOne(sandbox, input);
    if ("enclosure" in tried) return tried;
    // One that is there and leaks is no missing tool: a weaker one in its place would be a silent fallback.
    if (tried.leaks === true) return { why: `${sandbox.name}: ${tried.why}` };
    reasons.push({ name: sandbox.name, why: tried.why });
  }
  const [first, ...others] = reasons;
  const same = first !== undefined && others.every(({ why }) => why === first.why);
  return { why: same ? first.why : reasons.map(({ name, why }) => `${name}: ${why}`).join("; ") };
}

/** A second time where it did not start: a file that was to be covered may have gone in the meantime. */
async function tryOne(sandbox: Sandbox, input: ChoiceInput): Promise<Chosen> {
  const first = await tryOnce(sandbox, input);
  const started = "enclosure" in first || first.leaks !== false;
  return started ? first : await tryOnce(sandbox, input);
}

async function tryOnce(sandbox: Sandbox, { plan, hidden, random }: ChoiceInput): Promise<Chosen> {
  const opened = await open(sandbox, plan);
  if ("why" in opened) return opened;
  const finding = await flyCanaries(opened.enclosure, { hidden, cwd: plan.cwd, random });
  if (finding === undefined) return opened;
  await opened.enclosure.close();
  return finding;
}

async function open(sandbox: Sandbox, plan: SandboxPlan): Promise<Chosen> {
  try {
    return { enclosure: await sandbox.open(plan) };
  } catch (error) {
    if (isOrchError(error, "sandbox_unavailable")) return { why: error.message };
    throw error;
  }
}
