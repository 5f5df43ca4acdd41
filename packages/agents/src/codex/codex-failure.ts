import type { AgentFailure, FailureClass } from "@orch/core";
import {
  agentFailure,
  classifyHttp,
  classifyText,
  fieldAt,
  isJsonObject,
  numberAt,
  resetTimeOf,
  textAt,
} from "@orch/parser/text";

const NAMED: Readonly<Record<string, FailureClass>> = {
  contextWindowExceeded: "context",
  sessionBudgetExceeded: "budget",
  usageLimitExceeded: "usage_limit",
  rateLimitExceeded: "rate_limit",
  flexUnavailable: "overloaded",
  serverOverloaded: "overloaded",
  policyCapacityUnavailable: "overloaded",
  internalServerError: "server",
  modelNotFound: "model",
  unauthorized: "auth",
  sandboxError: "permission",
  tooManyDenials: "permission",
  badRequest: "failed",
};

/** What is known besides the error itself. */
export interface ErrorContext {
  /** When the error was sent (epoch milliseconds). */
  readonly at: number;
  /** When the exhausted rate window resets, from codex's own rate limit notice. */
  readonly resetsAt?: number;
}

/** A failure from codex's `TurnError {message, codexErrorInfo, additionalDetails}`. */
export function codexFailure(error: unknown, context: ErrorContext): AgentFailure {
  const words = [textAt(error, "message"), textAt(error, "additionalDetails")].filter((text) => text !== undefined);
  const message = words.length === 0 ? "codex gave no message" : words.join(": ");
  const kind = classOf(fieldAt(error, "codexErrorInfo"), message);
  const limited = kind === "usage_limit" || kind === "rate_limit";
  const retryAt = limited ? (context.resetsAt ?? resetTimeOf(message, context.at)) : undefined;
  return agentFailure(kind, message, retryAt);
}

function classOf(info: unknown, message: string): FailureClass {
  if (typeof info === "string") {
    const named = Object.hasOwn(NAMED, info) ? NAMED[info] : undefined;
    // Codex has one name for both; only its sentence tells them apart.
    if (named === "usage_limit") return classifyText(message) === "quota" ? "quota" : "usage_limit";
    return named ?? classifyText(message) ?? "failed";
  }
  if (!isJsonObject(info)) return classifyText(message) ?? "failed";
  const [kind] = Object.keys(info);
  const status = kind === undefined ? undefined : numberAt(info, kind, "httpStatusCode");
  if (status !== undefined) return classifyHttp(status).class;
  return classifyText(message) ?? "network";
}
