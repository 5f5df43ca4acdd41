import type { Attempt, Json, Reason, Verdict } from "@orch/core";

/** What `result.json` tells beside the attempt's record. */
export interface ResultFacts {
  readonly verdict: Verdict;
  /** As a shell would show it; 124 for what ran too long; null: nobody knows, or no agent ran. */
  readonly exitCode: number | null;
  /** The end of what the agent printed, by stream. */
  readonly stderrTail: string;
  readonly stdoutTail: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const TAIL = 2000;

/** What the agent said about its work, as opposed to an error of its own. */
const SAID: ReadonlySet<Reason> = new Set([
  "agent_incomplete",
  "agent_asked",
  "agent_blocked",
  "delegated",
  "no_changes",
  "no_parts",
  "untrusted_task",
]);

/** Our reasons in the first seed's words for them (seed row A66); the others are called as they are here. */
const CLASSES: Partial<Record<Reason, string>> = {
  rate_limited: "rate_limit",
  usage_limited: "rate_limit",
  quota: "rate_limit",
  overloaded: "rate_limit",
  wall_timeout: "timeout",
  silence: "timeout",
  no_progress: "timeout",
  invalid_output: "invalid_response",
  required_tools: "missing_tool",
};

/** `result.json` as the first seed wrote it beside an attempt's other files (seed rows A93, A94). */
export function seedResult(attempt: Attempt, facts: ResultFacts): Readonly<Record<string, Json>> {
  const { verdict, exitCode, now } = facts;
  const { assignment, report, model = assignment.model } = attempt;
  const who = {
    agent: assignment.agent,
    model: model ?? "default",
    exit_code: exitCode,
    attempt: attempt.attempt,
  };
  const duration = (attempt.endedAt ?? now) - attempt.startedAt;
  if (report === undefined || (verdict.kind !== "pass" && !SAID.has(verdict.reason))) {
    return { outcome: "error", ...who, duration_ms: duration, ...failureOf(facts) };
  }
  return {
    outcome: "success",
    ...who,
    status: report.status,
    summary: report.summary,
    input_tokens: attempt.usage.inputTokens,
    output_tokens: attempt.usage.outputTokens,
    duration_ms: duration,
    files: report.files,
    accomplished: report.accomplished,
    remaining: report.remaining,
    error: report.error ?? null,
    learnings: report.learnings,
    delegations: report.delegations.map(({ title, body }) => ({ title, body })),
  };
}

function failureOf({ verdict, stderrTail, stdoutTail }: ResultFacts): Readonly<Record<string, Json>> {
  const failed = verdict.kind === "pass" ? { reason: "invalid_output" as const, detail: "" } : verdict;
  return {
    error_class: CLASSES[failed.reason] ?? failed.reason,
    error_message: failed.detail,
    stderr_tail: stderrTail.slice(-TAIL).toWellFormed(),
    stdout_tail: stdoutTail.slice(-TAIL).toWellFormed(),
  };
}
