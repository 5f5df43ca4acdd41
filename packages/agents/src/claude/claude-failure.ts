import type { AgentFailure, FailureClass } from "@orch/core";
import { agentFailure, classifyHttp, classifyText, fieldAt, listAt, numberAt, textAt } from "@orch/parser/text";

// `assistant.error` and `api_error` of Claude Code 2.1 (AGENTS 3.4).
const NAMED: Readonly<Record<string, FailureClass>> = {
  authentication_failed: "auth",
  oauth_org_not_allowed: "auth",
  account_on_hold: "auth",
  verification_required: "auth",
  cloud_credential_error: "auth",
  billing_error: "quota",
  rate_limit: "rate_limit",
  overloaded: "overloaded",
  model_not_found: "model",
  usage_limit_reached: "usage_limit",
  connection_failed: "network",
};

// `terminal_reason` and `subtype` of a result that is not an error of the service.
const ENDS: Readonly<Record<string, FailureClass>> = {
  prompt_too_long: "context",
  rapid_refill_breaker: "context",
  budget_exhausted: "budget",
  max_turns: "budget",
  // What it says when it would not even send a prompt, because the model's window can't hold it.
  blocking_limit: "context",
  model_error: "model",
  stop_hook_prevented: "failed",
  turn_setup_failed: "failed",
};

/** What a conversation has learnt of its failure before the result came. */
export interface ClaudeHints {
  /** `error` of the last synthetic message. */
  readonly error?: string;
  /** When a rejected window of the account resets (epoch milliseconds). */
  readonly resetsAt?: number;
}

/**
 * The failure of a result line, undefined for one that is none. By structure alone: `is_error`, `terminal_reason`,
 * `api_error`, the status and the synthetic message; `subtype` and the exit code lie.
 */
export function claudeFailure(result: unknown, hints: ClaudeHints): AgentFailure | undefined {
  const isError = fieldAt(result, "is_error");
  if (isError === false) return undefined;
  if (isError !== true) return agentFailure("invalid_output", "the result does not say whether it is an error");
  const message = messageOf(result);
  const kind = classOf(result, hints, message);
  const resets = numberAt(result, "api_error_params", "rate_limit_info", "resetsAt");
  if (kind !== "usage_limit") return agentFailure(kind, message);
  return agentFailure(kind, message, resets === undefined ? hints.resetsAt : resets * 1000);
}

/** The failure that a `system/api_retry` line tells of: Claude Code tries again by itself. */
export function retriedFailure(line: unknown): AgentFailure {
  const status = numberAt(line, "error_status");
  const named = textAt(line, "error") ?? "";
  const attempt = numberAt(line, "attempt") ?? 0;
  const all = numberAt(line, "max_retries") ?? 0;
  const kind = ofName(named) ?? classifyHttp(status).class;
  return agentFailure(kind, `${named}${status === undefined ? "" : ` (${status})`}, try ${attempt} of ${all}`);
}

/** The longest that Claude Code waits of itself before its first retry; it doubles with each (2.1). */
const OWN_PAUSE_MS = 625;

/** The pause that the service asked for: Claude Code waits for as long, and a little more (2.1); undefined: its own. */
export function askedPause(line: unknown): number | undefined {
  const waits = numberAt(line, "retry_delay_ms") ?? 0;
  const attempt = Math.max(numberAt(line, "attempt") ?? 1, 1);
  return waits > OWN_PAUSE_MS * 2 ** (attempt - 1) ? waits : undefined;
}

function classOf(result: unknown, hints: ClaudeHints, message: string): FailureClass {
  const end = textAt(result, "terminal_reason") ?? "";
  if (Object.hasOwn(ENDS, end)) return ENDS[end] ?? "failed";
  const named = ofName(textAt(result, "api_error") ?? "");
  if (named !== undefined) return named;
  const status = numberAt(result, "api_error_status");
  if (status === 529) return "overloaded";
  const told = ofName(hints.error ?? "");
  if (told === "rate_limit" && hints.resetsAt !== undefined) return "usage_limit";
  if (told !== undefined) return told;
  if (status !== undefined) return classifyHttp(status).class;
  return classifyText(message) ?? (hints.error === "server_error" ? "server" : "failed");
}

function ofName(name: string): FailureClass | undefined {
  return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
}

function messageOf(result: unknown): string {
  const errors = listAt(result, "errors").filter((line) => typeof line === "string");
  const words = textAt(result, "result") ?? errors.join("; ");
  return words === "" ? `Claude Code ended with ${textAt(result, "terminal_reason") ?? "no reason"}` : words;
}
