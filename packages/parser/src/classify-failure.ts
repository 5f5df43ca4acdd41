import type { AgentFailure, FailureClass, Reason } from "@orch/core";

import { numberAt, parseJsonObject, textAt } from "./parse-json.ts";

const MAX_MESSAGE = 2000;

/** Codes that model services put into the body of a refusal, whatever its HTTP status. */
const CODES: Readonly<Record<string, FailureClass>> = {
  usage_limit_reached: "usage_limit",
  insufficient_quota: "quota",
  billing_error: "quota",
  rate_limit_exceeded: "rate_limit",
  rate_limit_error: "rate_limit",
  overloaded_error: "overloaded",
  server_is_overloaded: "overloaded",
  slow_down: "overloaded",
  context_length_exceeded: "context",
  model_not_found: "model",
  invalid_api_key: "auth",
  authentication_error: "auth",
  permission_error: "auth",
};

/**
 * The class of a refused model request, by the codes in its body, else by its HTTP status. The body may be the
 * parsed JSON or its text; `{error: {…}}` and bare errors are both understood. A status of undefined means that no
 * answer came at all: `network`.
 */
export function classifyHttp(status: number | undefined, body?: unknown): Pick<AgentFailure, "class" | "retryAt"> {
  const error = errorOf(body);
  const code = [textAt(error, "code"), textAt(error, "type")]
    .map((name) => (name === undefined || !Object.hasOwn(CODES, name) ? undefined : CODES[name]))
    .find((found) => found !== undefined);
  const resetsAt = numberAt(error, "resets_at");
  return {
    class: code ?? classOfStatus(status),
    // Services send this one in seconds.
    ...(resetsAt === undefined ? {} : { retryAt: resetsAt * 1000 }),
  };
}

function errorOf(body: unknown): unknown {
  const value = typeof body === "string" ? parseJsonObject(body) : body;
  return typeof value === "object" && value !== null && "error" in value ? value.error : value;
}

function classOfStatus(status: number | undefined): FailureClass {
  if (status === undefined) return "network";
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "quota";
  if (status === 404) return "model";
  if (status === 413) return "context";
  if (status === 429) return "rate_limit";
  if (status === 503 || status === 529) return "overloaded";
  return status >= 500 ? "server" : "failed";
}

// Whole phrases of known programs, most specific first; never a bare number or a common word (seed bug A67).
const PHRASES: readonly (readonly [RegExp, FailureClass])[] = [
  [/\b(?:command not found|spawn \S+ ENOENT)\b|\bNo such file or directory \(os error 2\)/, "missing_tool"],
  [/^env: .{1,80}: No such file or directory$/m, "missing_tool"],
  [
    /\b(?:hit your (?:usage|[\w-]+) limit|usage limit (?:has been )?(?:reached|exceeded)|usage_limit_reached)\b/i,
    "usage_limit",
  ],
  [/\b(?:quota exceeded|insufficient_quota|credit balance is too low)\b/i, "quota"],
  [/\b(?:ran out of room in the model's context|context_length_exceeded|prompt is too long)\b/i, "context"],
  [/\binput exceeds the (?:maximum length|context window)\b/i, "context"],
  [
    /\b(?:last status: 429|unexpected status 429|rate limit (?:exceeded|reached)|temporarily limiting requests)\b/i,
    "rate_limit",
  ],
  [
    /\b(?:selected model is at capacity|unexpected status (?:503|529)|overloaded_error|529 overloaded)\b/i,
    "overloaded",
  ],
  [/\b(?:unexpected status 40[13]|invalid api key|incorrect api key provided)\b/i, "auth"],
  [/\b(?:not logged in|please run \/login|missing environment variable: \S*(?:KEY|TOKEN))/i, "auth"],
  [/\bdoes not exist or you do not have access\b|\bissue with the selected model\b/i, "model"],
  [/\b(?:experiencing high demand|unexpected status 5\d\d|500 internal server error)\b/i, "server"],
  [
    /\b(?:error sending request|stream disconnected|connection (?:failed|refused|reset|dropped)|connection to the api was lost|ECONNREFUSED|ECONNRESET)\b/i,
    "network",
  ],
  [/\b(?:EACCES: permission denied|Operation not permitted \(os error 1\))/, "permission"],
];

/** The class that a message names in words. The last resort: used only where a program gives no structure. */
export function classifyText(message: string): FailureClass | undefined {
  const text = message.slice(-8000);
  return PHRASES.find(([pattern]) => pattern.test(text))?.[1];
}

// A question at the very end of what was printed: nobody answers it.
const QUESTION =
  /(?:\[y\/n\]|\(y\/n\)|\(yes\/no\)|press (?:enter|any key)[\w ]*|password(?: for [^:]{1,80})?:)[\s:?>]*$/i;

/** True when the last words of an output wait for somebody to type. */
export function endsInQuestion(output: string): boolean {
  return QUESTION.test(output.slice(-300));
}

/** A failure with its message cut to the 2,000 characters that the model allows. */
export function agentFailure(kind: FailureClass, message: string, retryAt?: number): AgentFailure {
  const text = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;
  return { class: kind, message: text, ...(retryAt === undefined ? {} : { retryAt }) };
}

const REASONS: Readonly<Record<FailureClass, Reason>> = {
  rate_limit: "rate_limited",
  usage_limit: "usage_limited",
  quota: "quota",
  overloaded: "overloaded",
  auth: "auth",
  context: "context_overflow",
  model: "model_unavailable",
  network: "network",
  server: "overloaded",
  budget: "budget_exceeded",
  permission: "permission_denied",
  waiting_for_input: "agent_asked",
  missing_tool: "missing_tool",
  interrupted: "interrupted",
  invalid_output: "invalid_output",
  failed: "agent_failed",
};

/** The reason of an attempt that ended with this failure. */
export function reasonForFailure(failure: AgentFailure): Reason {
  return REASONS[failure.class];
}
