import type { LearnedChoice } from "@orch/core";

const BY: Readonly<Record<LearnedChoice["by"], string>> = {
  turn: "one of its fair turns",
  share: "its least share of all choices",
  evidence: "the best draw",
};

/** Whom learning chose, what for and how; what it knew of each candidate is in the choice itself. */
export function learnedLine({ mode, agent, by, kind, complexity }: LearnedChoice): string {
  const about = kind === undefined ? `${complexity} tasks` : `${complexity} tasks of kind ${kind}`;
  const chosen = mode === "on" ? `learning: ${agent}` : `learning (shadow): would have chosen ${agent}`;
  return `${chosen} for ${about}, by ${BY[by]}`;
}
