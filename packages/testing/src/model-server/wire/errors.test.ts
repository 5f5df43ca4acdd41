import { describe, expect, it } from "vitest";

import type { ErrorKind } from "../scenario.ts";
import { anthropicError } from "./anthropic-errors.ts";
import { openaiError } from "./openai-errors.ts";

const CONTEXT = { model: "some-model", key: "sk-test", now: 1_795_000_000 };

function containing(part: string): unknown {
  return expect.stringContaining(part);
}

describe("errors of OpenAI", () => {
  it.each<[ErrorKind, number, object]>([
    ["rate_limit", 429, { code: "rate_limit_exceeded" }],
    ["overloaded", 503, { code: "server_is_overloaded" }],
    ["usage_limit", 429, { type: "usage_limit_reached", resets_at: 1_795_003_600, resets_in_seconds: 3600 }],
    ["auth", 401, { code: "invalid_api_key", message: containing("sk-test") }],
    ["forbidden", 403, { code: "permission_denied" }],
    ["model_missing", 404, { code: "model_not_found", message: containing("`some-model`") }],
    ["context_overflow", 400, { code: "context_length_exceeded" }],
    ["bad_request", 400, { code: "empty_array" }],
    ["server_error", 500, { code: "server_error" }],
    ["quota", 429, { code: "insufficient_quota" }],
  ])("%s", (kind, status, error) => {
    expect(openaiError({ do: "error", kind }, CONTEXT)).toMatchObject({ status, headers: {}, body: { error } });
  });

  it("tells when to try again and when a limit ends", () => {
    const limit = openaiError({ do: "error", kind: "usage_limit", resetAt: 1_795_000_060 }, CONTEXT);
    expect(limit.body).toMatchObject({ error: { resets_at: 1_795_000_060, resets_in_seconds: 60 } });
    const rate = openaiError({ do: "error", kind: "rate_limit", retryAfterSeconds: 7, status: 503 }, CONTEXT);
    expect(rate).toMatchObject({ status: 503, headers: { "retry-after": "7" } });
    expect(JSON.stringify(rate.body)).toContain("try again in 7s");
  });
});

describe("errors of Anthropic", () => {
  it.each<[ErrorKind, number, { type: string; message: string }]>([
    ["rate_limit", 429, { type: "rate_limit_error", message: "rate limit" }],
    ["overloaded", 529, { type: "overloaded_error", message: "Overloaded" }],
    ["usage_limit", 429, { type: "rate_limit_error", message: "rate limit" }],
    ["auth", 401, { type: "authentication_error", message: "invalid x-api-key" }],
    ["forbidden", 403, { type: "permission_error", message: "permission" }],
    ["model_missing", 404, { type: "not_found_error", message: "model: some-model" }],
    ["context_overflow", 400, { type: "invalid_request_error", message: "prompt is too long" }],
    ["bad_request", 400, { type: "invalid_request_error", message: "messages" }],
    ["server_error", 500, { type: "api_error", message: "Internal server error" }],
    ["quota", 400, { type: "invalid_request_error", message: "credit balance is too low" }],
  ])("%s", (kind, status, { type, message }) => {
    const error = anthropicError({ do: "error", kind }, CONTEXT);
    expect(error).toMatchObject({
      status,
      body: { type: "error", error: { type, message: containing(message) } },
    });
  });

  it("tells a used-up subscription by its headers", () => {
    const { headers } = anthropicError({ do: "error", kind: "usage_limit", resetAt: 1_795_000_060 }, CONTEXT);
    expect(headers).toMatchObject({
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": "1795000060",
      "anthropic-ratelimit-unified-representative-claim": "five_hour",
    });
    expect(anthropicError({ do: "error", kind: "rate_limit", retryAfterSeconds: 2 }, CONTEXT).headers).toEqual({
      "retry-after": "2",
    });
  });
});
