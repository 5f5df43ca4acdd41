import type { Landing, LearnedCandidate, LearningSettings } from "@orch/core";

import type { Arm, Question } from "./evidence.ts";
import { candidatesOf } from "./learn-choice.ts";

/** What is known of one agent with one model for one kind of task of one project. */
export interface LearnedRow extends Omit<LearnedCandidate, "drawn" | "share"> {
  readonly project: Landing["project"];
  readonly complexity: Landing["complexity"];
  /** Absent: of tasks whose labels name no kind. */
  readonly kind?: string;
}

/**
 * All that was learned, for every kind of task that was decided, the best first. Counts are of that very kind; the reward
 * is what a choice would be made by, with what is known of other tasks.
 */
export function learnedTable(
  landings: readonly Landing[],
  by: { readonly settings: LearningSettings; readonly now: number },
): readonly LearnedRow[] {
  const kinds = Map.groupBy(landings, ({ project, complexity, kind }) => JSON.stringify([project, complexity, kind]));
  return [...kinds.values()].flatMap((own) => rowsOf(own, { ...by, landings }));
}

function rowsOf(
  own: readonly Landing[],
  by: { readonly settings: LearningSettings; readonly now: number; readonly landings: readonly Landing[] },
): readonly LearnedRow[] {
  const [first] = own;
  if (first === undefined) return [];
  const { project, complexity, kind } = first;
  const about = { project, complexity, ...(kind === undefined ? {} : { kind }) };
  const question: Question = { ...about, now: by.now };
  const arms = [...Map.groupBy(own, ({ agent, model }) => JSON.stringify([agent, model])).values()];
  const known = candidatesOf({
    ...by,
    question,
    arms: arms.flatMap(([one]) => (one === undefined ? [] : [armOf(one)])),
  });
  const rows = known.map(({ share: _share, ...candidate }, index) => {
    const tasks = arms[index] ?? [];
    const count = (fate: Landing["fate"]): number => tasks.filter((landing) => landing.fate === fate).length;
    const counts = { landed: count("landed"), reworked: count("reworked"), lost: count("lost") };
    return { ...about, ...candidate, tasks: tasks.length, ...counts };
  });
  return rows.toSorted((left, right) => right.mean - right.costTerm - (left.mean - left.costTerm));
}

function armOf({ agent, model }: Landing): Arm {
  return { agent, ...(model === undefined ? {} : { model }) };
}
