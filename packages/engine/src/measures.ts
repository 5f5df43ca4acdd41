import {
  countedTokens,
  DEFAULT_MODEL,
  type Attempt,
  type ClassifierSettings,
  type Dims,
  type DomainWrite,
  type Task,
  type Usage,
} from "@orch/core";

/** What an ended attempt took, for metrics, costs and budgets (seed row A142). */
export function measures(attempt: Attempt, now: number): readonly DomainWrite[] {
  const { usage, assignment, verdict } = attempt;
  const outcome = verdict?.kind === "pass" ? "pass" : (verdict?.reason ?? "unknown");
  const dims = {
    project: attempt.project,
    task: attempt.id,
    agent: assignment.agent,
    model: assignment.model ?? attempt.model ?? DEFAULT_MODEL,
    complexity: assignment.complexity,
  };
  return [
    { kind: "metric:add", name: "attempt_ms", dims: { ...dims, outcome }, value: now - attempt.startedAt, at: now },
    ...used(usage, { dims, now }),
  ];
}

/** What a question about a task took: it costs as attempts do, and is none. */
export function questionMeasures(
  usage: Usage,
  about: {
    readonly task: Task;
    readonly asked: Pick<ClassifierSettings, "agent" | "model">;
    readonly now: number;
    readonly purpose?: "question" | "review";
  },
): readonly DomainWrite[] {
  const { task, asked, now, purpose = "question" } = about;
  const { agent, model = DEFAULT_MODEL } = asked;
  return used(usage, { dims: { project: task.project, task: task.id, agent, model, purpose }, now });
}

function used(usage: Usage, { dims, now }: { readonly dims: Dims; readonly now: number }): readonly DomainWrite[] {
  const add = (name: string, value: number): DomainWrite => ({ kind: "metric:add", name, dims, value, at: now });
  return [
    add("input_tokens", usage.inputTokens),
    add("cached_tokens", usage.cachedInputTokens),
    add("output_tokens", usage.outputTokens),
    add("counted_tokens", countedTokens(usage)),
    ...(usage.costUsd === undefined
      ? [add("unpriced_tokens", countedTokens(usage))]
      : [add("cost_usd", usage.costUsd)]),
  ];
}
