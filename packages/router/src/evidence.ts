import type { AgentName, Complexity, Landing, LearningSettings, ProjectId } from "@orch/core";

/** What is to be decided on: a kind of task in a project, at a time (epoch milliseconds). */
export interface Question {
  readonly project: ProjectId;
  readonly kind?: string;
  readonly complexity: Complexity;
  readonly now: number;
}

/** An agent with the model that it would use; no model: its own default. */
export interface Arm {
  readonly agent: AgentName;
  readonly model?: string;
}

/** What is known of an arm. */
export interface Evidence {
  /** Decided tasks that are not forgotten. */
  readonly tasks: number;
  readonly landed: number;
  readonly reworked: number;
  readonly lost: number;
  /** US dollars for each task whose cost is known, by their weight. */
  readonly costUsd?: number;
  /** The part of the tasks nearest to the question that landed at all; absent: too few for a word. */
  readonly landedShare?: number;
  /** What is known of its reward, as a beta distribution. */
  readonly reward: { readonly a: number; readonly b: number };
}

/** A task is forgotten when it counts less than a sixteenth: after four half-lives. */
const FORGOTTEN = 1 / 16;
/** Of one level the newest so many count, so that an agent that changed is found out however busy it was. */
const NEWEST = 50;
/** What a wider level knows counts as at most so many tasks in a narrower one. */
const CARRIED = 6;

interface Weighed {
  readonly landing: Landing;
  readonly weight: number;
}

/**
 * Weighs what decided tasks say about an arm. Tasks of the same project, kind and complexity count as they are; those of
 * the same project and complexity, and all others, are what is believed before the first of them.
 */
export function evidenceOf(
  landings: readonly Landing[],
  about: { readonly arm: Arm; readonly question: Question; readonly settings: LearningSettings },
): Evidence {
  const { arm, question, settings } = about;
  const known = landings
    .filter(({ agent, model }) => agent === arm.agent && model === arm.model)
    .map((landing) => ({ landing, weight: weightAt(landing, { question, settings }) }))
    .filter(({ weight }) => weight >= FORGOTTEN)
    .toSorted((left, right) => right.landing.at - left.landing.at);
  const levels = Map.groupBy(known, ({ landing }) => levelOf(landing, question));
  const newest = (level: Level): readonly Weighed[] => levels.get(level)?.slice(0, NEWEST) ?? [];
  const [near, same, all] = [newest("near"), newest("same"), newest("all")];
  const count = (fate: Landing["fate"]): number => known.filter(({ landing }) => landing.fate === fate).length;
  const costUsd = meanCost(known);
  const landedShare = shareOf([near, same, all], settings.minTasks);
  return {
    tasks: known.length,
    landed: count("landed"),
    reworked: count("reworked"),
    lost: count("lost"),
    reward: [all, same, near].reduce(learnt, { a: 1, b: 1 }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(landedShare === undefined ? {} : { landedShare }),
  };
}

/** The reward of a task: 1 as it was made, less with each time that more was asked for, 0 when it was lost. */
export function rewardOf({ fate, reworks }: Pick<Landing, "fate" | "reworks">): number {
  return fate === "lost" ? 0 : 1 / (1 + reworks);
}

function weightAt(
  { at }: Landing,
  { question, settings }: { readonly question: Question; readonly settings: LearningSettings },
): number {
  // A clock that went back makes nothing count more than once.
  return 0.5 ** (Math.max(0, question.now - at) / settings.halfLifeMs);
}

/** How near a decided task is to the question. */
type Level = "near" | "same" | "all";

function levelOf(landing: Landing, { project, kind, complexity }: Question): Level {
  if (landing.project !== project || landing.complexity !== complexity) return "all";
  return landing.kind === kind ? "near" : "same";
}

/** What was believed before, as a few tasks at most, and what is known now. */
function learnt({ a, b }: Evidence["reward"], known: readonly Weighed[]): Evidence["reward"] {
  const carried = Math.min(1, CARRIED / (a + b));
  const hits = known.reduce((sum, { landing, weight }) => sum + weight * rewardOf(landing), 0);
  const all = known.reduce((sum, { weight }) => sum + weight, 0);
  return { a: a * carried + hits, b: b * carried + all - hits };
}

/** Of the narrowest level that knows enough tasks, with the narrower ones. */
function shareOf(levels: readonly (readonly Weighed[])[], enough: number): number | undefined {
  const known: Weighed[] = [];
  for (const level of levels) {
    known.push(...level);
    if (known.length < enough) continue;
    const all = known.reduce((sum, { weight }) => sum + weight, 0);
    const took = known.reduce((sum, { landing, weight }) => sum + (landing.fate === "lost" ? 0 : weight), 0);
    return all === 0 ? undefined : took / all;
  }
  return undefined;
}

function meanCost(known: readonly Weighed[]): number | undefined {
  const priced = known.flatMap(({ landing: { costUsd }, weight }) =>
    costUsd === undefined ? [] : [{ costUsd, weight }],
  );
  const all = priced.reduce((sum, { weight }) => sum + weight, 0);
  return all === 0 ? undefined : priced.reduce((sum, { costUsd, weight }) => sum + costUsd * weight, 0) / all;
}
