import type { DiffStat } from "@orch/core";

import type { LastSeen } from "./activity.ts";
import type { Ending } from "./ending.ts";

const SHOWN_FILES = 20;

/** Endings that cut the work short without saying anything against it. */
const CUT_SHORT: ReadonlySet<string> = new Set([
  "usage_limited",
  "rate_limited",
  "overloaded",
  "auth",
  "quota",
  "model_unavailable",
  "context_overflow",
  "network",
  "session_lost",
  "interrupted",
  "wall_timeout",
  "budget_exceeded",
]);

/** The ending with a word for whoever goes on: what is there already, from facts alone. */
export function withHandOff(
  ending: Ending,
  left: { readonly diff: DiffStat | undefined; readonly seen: LastSeen | undefined },
): Ending {
  const { verdict, lesson } = ending;
  if (verdict.kind === "pass" || lesson !== undefined || !CUT_SHORT.has(verdict.reason)) return ending;
  return { ...ending, lesson: handOff(left) };
}

function handOff({ diff, seen }: { readonly diff: DiffStat | undefined; readonly seen: LastSeen | undefined }): string {
  const files = diff?.files ?? [];
  const names = files.slice(0, SHOWN_FILES).map(({ path }) => path);
  const more = files.length > SHOWN_FILES ? [`and ${files.length - SHOWN_FILES} more`] : [];
  const there =
    files.length === 0
      ? "The work was cut short before anything had changed."
      : `The work was cut short; ${files.length} files (+${diff?.added ?? 0} -${diff?.deleted ?? 0}) are on the branch already: ${[...names, ...more].join(", ")}. Go on from there.`;
  return [
    there,
    ...(seen?.command === undefined ? [] : [`The last program that ran: ${seen.command}`]),
    ...(seen?.words === undefined ? [] : [`The last words: ${seen.words}`]),
  ].join("\n");
}
