import {
  countedTokens,
  DEFAULT_MODEL,
  type AgentEvent,
  type Attempt,
  type ClassifierSettings,
  type Dims,
  type DomainWrite,
  type Task,
  type Usage,
} from "@orch/core";

const WORK: readonly AgentEvent["type"][] = ["text", "tool:started", "command:started", "file:changed"];

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
    ...used(usage, { dims, now, worked: verdict?.kind === "pass" || didAnything(attempt) }),
  ];
}

/** Its agent was heard of: whatever that took, it was not nothing. */
function didAnything({ activity }: Attempt): boolean {
  return WORK.some((type) => (activity?.events[type] ?? 0) > 0);
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
  return used(usage, { dims: { project: task.project, task: task.id, agent, model, purpose }, now, worked: false });
}

interface Use {
  readonly dims: Dims;
  readonly now: number;
  /** True when no tokens at all can only mean that the agent does not tell them. */
  readonly worked: boolean;
}

function used(usage: Usage, { dims, now, worked }: Use): readonly DomainWrite[] {
  const add = (name: string, value: number): DomainWrite => ({ kind: "metric:add", name, dims, value, at: now });
  const { inputTokens, outputTokens, costUsd = 0 } = usage;
  const isUntold = worked && inputTokens === 0 && outputTokens === 0 && costUsd === 0;
  return [
    ...(isUntold ? [add("untold", 1)] : []),
    add("input_tokens", usage.inputTokens),
    add("cached_tokens", usage.cachedInputTokens),
    add("output_tokens", usage.outputTokens),
    add("counted_tokens", countedTokens(usage)),
    ...(usage.costUsd === undefined
      ? [add("unpriced_tokens", countedTokens(usage))]
      : [add("cost_usd", usage.costUsd)]),
  ];
}
