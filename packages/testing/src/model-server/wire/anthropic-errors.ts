import type { ErrorAction, ErrorKind } from "../scenario.ts";
import type { ErrorContext, WireError } from "./wire.ts";

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** How long a usage limit lasts when the script does not say when it ends. */
const USAGE_LIMIT_SECONDS = 3600;

/** A refusal in the words of Anthropic. */
export function anthropicError(action: ErrorAction, context: ErrorContext): WireError {
  const { status, type, message } = refusalOf(action.kind, context);
  return {
    status: action.status ?? status,
    headers: {
      ...(action.retryAfterSeconds === undefined ? {} : { "retry-after": String(action.retryAfterSeconds) }),
      ...(action.kind === "usage_limit" ? limitHeaders(action.resetAt ?? context.now + USAGE_LIMIT_SECONDS) : {}),
    },
    body: { type: "error", error: { type, message }, request_id: "req_scripted" },
  };
}

/** What tells a used-up subscription from a rate limit: both are 429. */
function limitHeaders(resetAt: number): Readonly<Record<string, string>> {
  return {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-reset": String(resetAt),
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
    "anthropic-ratelimit-unified-5h-status": "rejected",
    "anthropic-ratelimit-unified-5h-reset": String(resetAt),
  };
}

const REFUSALS: Readonly<Record<Exclude<ErrorKind, "model_missing">, Refusal>> = {
  rate_limit: {
    status: 429,
    type: "rate_limit_error",
    message: "This request would exceed your organization's rate limit. Please try again later.",
  },
  overloaded: { status: 529, type: "overloaded_error", message: "Overloaded" },
  usage_limit: {
    status: 429,
    type: "rate_limit_error",
    message: "This request would exceed your account's rate limit. Please try again later.",
  },
  auth: { status: 401, type: "authentication_error", message: "invalid x-api-key" },
  forbidden: {
    status: 403,
    type: "permission_error",
    message: "Your API key does not have permission to use the specified resource.",
  },
  context_overflow: {
    status: 400,
    type: "invalid_request_error",
    message: "prompt is too long: 208310 tokens > 200000 maximum",
  },
  bad_request: { status: 400, type: "invalid_request_error", message: "messages: at least one message is required" },
  server_error: { status: 500, type: "api_error", message: "Internal server error" },
  quota: {
    status: 400,
    type: "invalid_request_error",
    message:
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
  },
};

function refusalOf(kind: ErrorKind, context: ErrorContext): Refusal {
  return kind === "model_missing"
    ? { status: 404, type: "not_found_error", message: `model: ${context.model}` }
    : REFUSALS[kind];
}
