import { countedTokens, DEFAULT_MODEL, type Attempt, type DomainWrite } from "@orch/core";

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
  const add = (name: string, value: number): DomainWrite => ({ kind: "metric:add", name, dims, value, at: now });
  return [
    { kind: "metric:add", name: "attempt_ms", dims: { ...dims, outcome }, value: now - attempt.startedAt, at: now },
    add("input_tokens", usage.inputTokens),
    add("cached_tokens", usage.cachedInputTokens),
    add("output_tokens", usage.outputTokens),
    add("counted_tokens", countedTokens(usage)),
    ...(usage.costUsd === undefined
      ? [add("unpriced_tokens", countedTokens(usage))]
      : [add("cost_usd", usage.costUsd)]),
  ];
}
