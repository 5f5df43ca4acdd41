import type { LearnedCandidate, LearnedChoice } from "@orch/core";

const BY: Readonly<Record<LearnedChoice["by"], string>> = {
  turn: "one of its fair turns",
  share: "its least share of all choices",
  evidence: "the best draw",
};

/** A line for each candidate, and at last the choice. */
export function learnedLines(learned: LearnedChoice): readonly string[] {
  const { mode, agent, by, candidates, kind, complexity } = learned;
  const about = kind === undefined ? `${complexity} tasks` : `${complexity} tasks of kind ${kind}`;
  const chosen = mode === "on" ? `learning: ${agent}` : `learning (shadow): would have chosen ${agent}`;
  return [...candidates.map(candidateLine), `${chosen} for ${about}, by ${BY[by]}`];
}

function candidateLine(candidate: LearnedCandidate): string {
  const { agent, model, tasks, landed, reworked, costUsd, mean, low, high, costTerm, drawn, floor } = candidate;
  const who = model === undefined ? agent : `${agent} (${model})`;
  const came = `${tasks} tasks, ${landed} landed, ${reworked} after rework`;
  const money = costUsd === undefined ? "" : `, ${costUsd.toFixed(2)} USD each`;
  const term = costTerm === 0 ? "" : ` less ${percent(costTerm)} for cost`;
  const reward = `reward ${percent(mean)} (${percent(low)} to ${percent(high)})${term}`;
  const draw = drawn === undefined ? "" : `, drew ${percent(drawn)}`;
  return `learning: ${who}: ${came}${money}; ${reward}${draw}${FLOORS[floor]}`;
}

const FLOORS: Readonly<Record<LearnedCandidate["floor"], string>> = {
  unproven: "; too few tasks, so it keeps its turns",
  held_back: "; lands too little, so it gets its least share alone",
  none: "",
};

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
