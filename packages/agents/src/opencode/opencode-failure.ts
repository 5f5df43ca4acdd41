import type { AgentFailure, FailureClass } from "@orch/core";
import { agentFailure, classifyHttp, classifyText, numberAt, textAt } from "@orch/parser/text";

const NAMED: Readonly<Record<string, FailureClass>> = {
  ContextOverflowError: "context",
  ProviderAuthError: "auth",
  MessageAbortedError: "interrupted",
  MessageOutputLengthError: "failed",
  ContentFilterError: "failed",
  StructuredOutputError: "invalid_output",
};

// What opencode says when it tries again; there it gives nothing but words.
const RETRIES: readonly (readonly [RegExp, FailureClass])[] = [
  [/\busage limit\b/i, "usage_limit"],
  [/\bquota\b|\bbilling\b/i, "quota"],
  [/\brate limit|too many requests\b/i, "rate_limit"],
  [/\boverloaded\b|\bat capacity\b/i, "overloaded"],
  [/\bcannot connect\b|\bconnection\b|\bsocket\b|\bnetwork\b|\btimed? ?out\b/i, "network"],
];

/** A failure from opencode's error `{name, data: {message, statusCode, responseHeaders, responseBody}}`. */
export function opencodeFailure(error: unknown): AgentFailure {
  const name = textAt(error, "name") ?? "";
  const message = textAt(error, "data", "message") ?? textAt(error, "message") ?? (name || "opencode gave no message");
  if (Object.hasOwn(NAMED, name)) return agentFailure(NAMED[name] ?? "failed", message);
  const status = numberAt(error, "data", "statusCode");
  if (status !== undefined) {
    const { class: kind, retryAt } = classifyHttp(status, textAt(error, "data", "responseBody"));
    return agentFailure(kind, message, retryAt ?? retryAfter(error));
  }
  if (name === "APIError") return agentFailure(classifyText(message) ?? "network", message);
  if (/\b(?:model|provider) not found\b/i.test(message)) return agentFailure("model", message);
  return agentFailure(classifyText(message) ?? "failed", message);
}

/** A failure from `session.status` of type `retry`: a message, and when the next try is (epoch milliseconds). */
export function retryFailure(status: unknown): AgentFailure {
  const message = textAt(status, "message") ?? "opencode tries again";
  const words = RETRIES.find(([pattern]) => pattern.test(message))?.[1];
  const kind = classifyText(message) ?? words ?? "server";
  // A limit does not end with opencode's next try, which is seconds away.
  return agentFailure(kind, message, kind === "usage_limit" ? undefined : numberAt(status, "next"));
}

/** `retry-after` counts from the moment of the answer, which its `date` tells. */
function retryAfter(error: unknown): number | undefined {
  const seconds = Number(textAt(error, "data", "responseHeaders", "retry-after"));
  const date = Date.parse(textAt(error, "data", "responseHeaders", "date") ?? "");
  return Number.isFinite(seconds) && Number.isFinite(date) ? date + seconds * 1000 : undefined;
}
