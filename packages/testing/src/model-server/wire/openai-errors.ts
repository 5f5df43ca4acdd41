import type { ErrorAction, ErrorKind } from "../scenario.ts";
import type { ErrorContext, WireError } from "./wire.ts";

interface Refusal {
  readonly status: number;
  readonly error: Readonly<Record<string, unknown>>;
}

/** How long a usage limit lasts when the script does not say when it ends. */
const USAGE_LIMIT_SECONDS = 3600;

/** A refusal in the words of OpenAI, for Responses and for Chat Completions. */
export function openaiError(action: ErrorAction, context: ErrorContext): WireError {
  const refusal = REFUSALS[action.kind](context, action);
  return {
    status: action.status ?? refusal.status,
    headers: action.retryAfterSeconds === undefined ? {} : { "retry-after": String(action.retryAfterSeconds) },
    body: { error: refusal.error },
  };
}

const REFUSALS: Readonly<Record<ErrorKind, (context: ErrorContext, action: ErrorAction) => Refusal>> = {
  rate_limit: ({ model }, { retryAfterSeconds = 1 }) => ({
    status: 429,
    error: {
      message: `Rate limit reached for ${model} on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in ${retryAfterSeconds}s.`,
      type: "requests",
      param: null,
      code: "rate_limit_exceeded",
    },
  }),
  overloaded: () => ({
    status: 503,
    error: {
      message: "Our servers are currently overloaded. Please try again later.",
      type: "service_unavailable_error",
      param: null,
      code: "server_is_overloaded",
    },
  }),
  usage_limit: ({ now }, { resetAt = now + USAGE_LIMIT_SECONDS }) => ({
    status: 429,
    error: {
      message: "The usage limit has been reached",
      type: "usage_limit_reached",
      plan_type: "plus",
      resets_at: resetAt,
      resets_in_seconds: Math.max(0, resetAt - now),
    },
  }),
  auth: ({ key }) => ({
    status: 401,
    error: {
      message: `Incorrect API key provided: ${key ?? "(none)"}. You can find your API key in your account settings.`,
      type: "invalid_request_error",
      param: null,
      code: "invalid_api_key",
    },
  }),
  forbidden: () => ({
    status: 403,
    error: {
      message: "You are not allowed to use this resource.",
      type: "invalid_request_error",
      param: null,
      code: "permission_denied",
    },
  }),
  model_missing: ({ model }) => ({
    status: 404,
    error: {
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
      type: "invalid_request_error",
      param: null,
      code: "model_not_found",
    },
  }),
  context_overflow: () => ({
    status: 400,
    error: {
      message: "Your input exceeds the context window of this model. Please adjust your input and try again.",
      type: "invalid_request_error",
      param: "input",
      code: "context_length_exceeded",
    },
  }),
  bad_request: () => ({
    status: 400,
    error: {
      message: "Invalid 'input': empty array.",
      type: "invalid_request_error",
      param: null,
      code: "empty_array",
    },
  }),
  server_error: () => ({
    status: 500,
    error: {
      message: "The server had an error while processing your request. Sorry about that!",
      type: "server_error",
      param: null,
      code: "server_error",
    },
  }),
  quota: () => ({
    status: 429,
    error: {
      message: "You exceeded your current quota, please check your plan and billing details.",
      type: "insufficient_quota",
      param: null,
      code: "insufficient_quota",
    },
  }),
};
