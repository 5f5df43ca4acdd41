import type { LabelSettings, TaskWords } from "@orch/core";

/** The labels that say what a task's words say besides its text: what `readLabels` reads back from them is the same. */
export function wordLabels(
  { labels, pins, priority }: Pick<TaskWords, "labels" | "pins" | "priority">,
  { names }: Pick<LabelSettings, "names">,
): readonly string[] {
  const { agent, model, complexity } = pins;
  const said = [
    ...labels,
    ...(agent === undefined ? [] : [`${names.agent}${agent}`]),
    ...(model === undefined ? [] : [`${names.model}${model}`]),
    ...(complexity === undefined ? [] : [`${names.complexity}${complexity}`]),
    ...(priority === 0 ? [] : [`${names.priority}${priority}`]),
  ];
  return [...new Set(said)];
}
