import { describe, expect, it } from "vitest";

import { agentFailure, classifyHttp, classifyText, endsInQuestion, reasonForFailure } from "./classify-failure.ts";

describe("classifyHttp", () => {
  it.each([
    [429, { error: { type: "usage_limit_reached", resets_at: 1_795_000_000 } }, "usage_limit"],
    [429, '{"error":{"code":"insufficient_quota"}}', "quota"],
    [429, "slow down", "rate_limit"],
    [400, { error: { code: "context_length_exceeded" } }, "context"],
    [404, undefined, "model"],
    [401, undefined, "auth"],
    [403, undefined, "auth"],
    [500, undefined, "server"],
    [503, undefined, "overloaded"],
    [529, { type: "overloaded_error" }, "overloaded"],
    [400, { error: { code: "toString" } }, "failed"],
    [undefined, undefined, "network"],
  ])("%s %j is %s", (status, body, expected) => {
    expect(classifyHttp(status, body).class).toBe(expected);
  });

  it("keeps the reset time", () => {
    expect(classifyHttp(429, { error: { type: "usage_limit_reached", resets_at: 7 } }).retryAt).toBe(7000);
  });
});

describe("classifyText", () => {
  it.each([
    ["You’ve hit your usage limit. Try again at 4:20 AM.", "usage_limit"],
    ["unexpected status 429: usage_limit_reached: The usage limit has been reached", "usage_limit"],
    ["exceeded retry limit, last status: 429 Too Many Requests", "rate_limit"],
    ["unexpected status 401 Unauthorized: Incorrect API key", "auth"],
    ["Missing environment variable: `OPENAI_API_KEY`.", "auth"],
    ["sh: 1: pytest: command not found", "missing_tool"],
    ["Input exceeds the maximum length of 1048576 characters.", "context"],
    ["API Error: Server is temporarily limiting requests (not your usage limit)", "rate_limit"],
    ["API Error: 529 Overloaded. This is a server-side issue", "overloaded"],
    ["There's an issue with the selected model (x). It may not exist", "model"],
    ["API Error: 500 Internal server error. This is a server-side issue", "server"],
    ["API Error: Connection dropped (ECONNRESET). Check the gateway", "network"],
    ["stream disconnected before completion: error sending request", "network"],
  ])("%s", (message, expected) => {
    expect(classifyText(message)).toBe(expected);
  });

  it.each(["fixed issue 429", "the capacity of the queue is 401", "billing page works", "rate of limits"])(
    "makes nothing of %s",
    (message) => expect(classifyText(message)).toBeUndefined(),
  );
});

describe("endsInQuestion", () => {
  it("sees a prompt at the end only", () => {
    expect(endsInQuestion("Overwrite file? [y/N] ")).toBe(true);
    expect(endsInQuestion("Password for git: ")).toBe(true);
    expect(endsInQuestion("asked [y/N], answered yes\nall good")).toBe(false);
  });
});

describe("agentFailure", () => {
  it("bounds the message, and every class has a reason", () => {
    expect(agentFailure("failed", "x".repeat(9000)).message).toHaveLength(2000);
    expect(reasonForFailure(agentFailure("usage_limit", "", 5))).toBe("usage_limited");
  });
});
