import type { Landing, LearnedCandidate, LearnedChoice, LearningSettings } from "@orch/core";

import { betaQuantile } from "./beta.ts";
import { drawsFrom } from "./draws.ts";
import { evidenceOf, type Arm, type Evidence, type Question } from "./evidence.ts";

/** What learning chooses from. */
export interface LearningInput {
  readonly settings: LearningSettings;
  readonly question: Question;
  /** Each with the model that the task's complexity asks for: learning never takes a smaller one. */
  readonly arms: readonly Arm[];
  readonly landings: readonly Landing[];
  /** From 0 to below 1. */
  readonly chance: number;
}

/** The interval that is shown. */
const [LOW, HIGH] = [0.05, 0.95];

/**
 * Chooses by Thompson sampling with floors. A part of all chance belongs to the candidates whatever is known of them: to
 * an unproven one its fair turns, to any other its least share. In the rest the best draw wins, among those that are not
 * held back. Pure; undefined: there is nothing to choose.
 */
export function learnChoice(input: LearningInput): LearnedChoice | undefined {
  if (input.arms.length < 2) return undefined;
  const { kind, complexity } = input.question;
  const about = { mode: input.settings.mode, complexity, ...(kind === undefined ? {} : { kind }) };
  return { ...about, ...choose(knownOf(input), input.chance) };
}

/** What is known of each of these arms, compared with the others. */
export function candidatesOf(input: Omit<LearningInput, "chance">): readonly LearnedCandidate[] {
  return knownOf(input).map(({ candidate }) => candidate);
}

interface Known {
  readonly candidate: LearnedCandidate;
  readonly reward: Evidence["reward"];
}

function knownOf({ arms, landings, question, settings }: Omit<LearningInput, "chance">): readonly Known[] {
  const all = arms.map((arm) => ({ arm, evidence: evidenceOf(landings, { arm, question, settings }) }));
  const termOf = costTerms(
    all.map(({ evidence }) => evidence.costUsd),
    settings.costWeight,
  );
  const fair = 1 / Math.max(1, arms.length);
  return all.map(({ arm, evidence }) => {
    const { reward, costUsd, tasks, landed, reworked, lost } = evidence;
    const floor = floorOf(evidence, settings);
    const candidate: LearnedCandidate = {
      ...arm,
      tasks,
      landed,
      reworked,
      lost,
      ...(costUsd === undefined ? {} : { costUsd }),
      mean: reward.a / (reward.a + reward.b),
      low: betaQuantile(LOW, reward),
      high: betaQuantile(HIGH, reward),
      costTerm: termOf(costUsd),
      floor,
      share: floor === "unproven" ? fair : Math.min(fair, settings.share),
    };
    return { candidate, reward };
  });
}

function floorOf({ tasks, landedShare }: Evidence, settings: LearningSettings): LearnedCandidate["floor"] {
  if (tasks < settings.minTasks) return "unproven";
  return landedShare !== undefined && landedShare < settings.minLanded ? "held_back" : "none";
}

/** The dearest loses the whole weight; one whose cost nobody knows loses as much as the others on average. */
function costTerms(costs: readonly (number | undefined)[], weight: number): (costUsd: number | undefined) => number {
  const known = costs.filter((cost) => cost !== undefined);
  const dearest = Math.max(...known, 0);
  if (known.length < 2 || dearest === 0) return () => 0;
  const average = known.reduce((sum, cost) => sum + cost, 0) / known.length;
  return (cost = average) => (weight * cost) / dearest;
}

type Drawn = Pick<LearnedChoice, "agent" | "by" | "candidates">;

function choose(known: readonly Known[], chance: number): Drawn {
  const candidates = known.map(({ candidate }) => candidate);
  let rest = chance;
  for (const { agent, share, floor } of candidates) {
    if (rest < share) return { agent, by: floor === "unproven" ? "turn" : "share", candidates };
    rest -= share;
  }
  const kept = candidates.reduce((sum, { share }) => sum + share, 0);
  return bestDraw(known, kept < 1 ? Math.min(1, rest / (1 - kept)) : 0);
}

function bestDraw(known: readonly Known[], chance: number): Drawn {
  const draws = drawsFrom(chance, known.length);
  const drawn = known.map(({ candidate, reward }, index) => ({
    ...candidate,
    drawn: betaQuantile(draws[index] ?? 0.5, reward) - candidate.costTerm,
  }));
  const free = drawn.filter(({ floor }) => floor !== "held_back");
  const best = (free.length > 0 ? free : drawn).reduce((one, other) => (other.drawn > one.drawn ? other : one));
  return { agent: best.agent, by: "evidence", candidates: drawn };
}
