import { readFileSync } from "node:fs";
import { join } from "node:path";

import { addUsage, noUsage, type AgentEvent, type Json } from "@orch/core";
import { isJsonObject, numberAt, parseJsonObject, textAt } from "@orch/parser";
import { describe, expect, it } from "vitest";

import { codexProtocol } from "./codex-protocol.ts";

function talk(options: Readonly<Record<string, Json>> = {}) {
  const events: AgentEvent[] = [];
  const sent: string[] = [];
  const state = { closed: false };
  const conversation = codexProtocol.converse({
    options: {
      cwd: "/repo",
      message: "Fix the sum and greet.",
      system: "Be brief.",
      outputSchema: { type: "object" },
      ...options,
    },
    emit: (event) => void events.push(event),
    writeLine: (line) => void sent.push(line),
    closeInput: () => void (state.closed = true),
    note: () => undefined,
  });
  const requests = (method: string) =>
    sent.map((line) => parseJsonObject(line)).filter((message) => textAt(message, "method") === method);
  const receive = (message: Json): void => conversation.line(JSON.stringify(message));
  conversation.open();
  return { conversation, events, sent, state, requests, receive };
}

/** A conversation up to its first running turn. */
function running(options: Readonly<Record<string, Json>> = {}) {
  const live = talk(options);
  live.receive({ id: 1, result: { userAgent: "orch/1" } });
  live.receive({ id: 2, result: { thread: { id: "t" }, model: "m" } });
  live.receive({ id: 3, result: { turn: { id: "u1" } } });
  live.receive({ method: "turn/started", params: { threadId: "t", turn: { id: "u1" } } });
  return live;
}

function played(name: string) {
  const live = talk();
  const file = join(import.meta.dirname, "__fixtures__", `${name}.jsonl`);
  for (const line of readFileSync(file, "utf8").split("\n")) live.conversation.line(line);
  return live;
}

const types = (events: readonly AgentEvent[]): readonly string[] => events.map((event) => event.type);

describe("codexProtocol with recorded sessions", () => {
  it("tells a whole turn", () => {
    const { events, requests, state } = played("turn");
    expect(types(events)).toEqual([
      "session:ready",
      "turn:started",
      "reasoning",
      "text",
      "command:started",
      "command:finished",
      "usage",
      "file:changed",
      "file:changed",
      "usage",
      "command:started",
      "command:finished",
      "usage",
      "text",
      "usage",
      "turn:finished",
    ]);
    expect(events).toContainEqual({ type: "file:changed", path: "src/sum.js", change: "modified" });
    expect(state.closed).toBe(true);
    expect(requests("thread/start")[0]).toMatchObject({
      params: {
        cwd: "/repo",
        approvalPolicy: "never",
        sandbox: "danger-full-access",
        developerInstructions: "Be brief.",
      },
    });
    expect(requests("turn/start")[0]).toMatchObject({ params: { outputSchema: { type: "object" } } });
  });

  it("shows commands without codex's shell, and codex without its client", () => {
    const { events } = played("turn");
    expect(events.flatMap((event) => (event.type === "command:started" ? [event.command] : []))).toEqual([
      "cat 'README.md'",
      `node -e "console.log(1 + 2)" && git add -A && git commit -qm 'agent change' && git log --format=%s`,
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: "session:ready", version: "0.169.0" }));
  });

  it("adds usage up to the last cumulative total", () => {
    const { events } = played("steer");
    const sum = events.reduce(
      (total, event) => (event.type === "usage" ? addUsage(total, event.usage) : total),
      noUsage,
    );
    expect(sum).toEqual({ inputTokens: 42_268, cachedInputTokens: 0, outputTokens: 93 });
  });

  it("tells a failed command with its exit code and output", () => {
    expect(played("command-fails").events).toContainEqual(
      expect.objectContaining({ type: "command:finished", exitCode: 3, outputTail: "to-stderr\n", durationMs: 0 }),
    );
  });

  it.each([
    ["error-401", "auth"],
    ["error-quota", "quota"],
    ["error-context", "context"],
    ["hangup-mid", "network"],
    ["error-usage-limit", "usage_limit"],
  ])("%s is one error of class %s", (name, expected) => {
    const { events, state } = played(name);
    const errors = events.filter((event) => event.type === "error");
    expect(errors.map((error) => error.failure.class)).toEqual([expected]);
    expect(events.at(-1)).toMatchObject({ type: "turn:finished", status: "failed" });
    expect(state.closed).toBe(true);
  });

  it("reads the reset time from the sentence, where only that has it", () => {
    const [error] = played("error-usage-limit").events.filter((event) => event.type === "error");
    expect(error?.failure.retryAt).toBeGreaterThan(1_795_225_610_150);
  });

  it("tells a retry that helped", () => {
    expect(types(played("error-429-once").events)).toEqual(expect.arrayContaining(["retry", "turn:finished"]));
    expect(types(played("error-429-once").events)).not.toContain("error");
  });

  it("tells of the account's windows when they change, and when one that is used up resets", () => {
    const { events, receive } = running();
    const window = (usedPercent: number, windowDurationMins: number | null, resetsAt: number | null): Json => {
      return { usedPercent, windowDurationMins, resetsAt };
    };
    const notice = (primary: Json, secondary: Json): void => {
      receive({ method: "account/rateLimits/updated", params: { rateLimits: { primary, secondary } } });
    };
    notice(null, null);
    notice(window(42, 300, 2000), window(7, 10_080, 9000));
    notice(window(42, 300, 2000), window(8, 2880, null));
    notice(window(100, 300, 2000), window(101, null, 3000));
    expect(events.filter(({ type }) => type === "quota")).toEqual([
      { type: "quota", window: "five_hour", status: "allowed", usedPercent: 42, resetsAt: 2_000_000 },
      { type: "quota", window: "weekly", status: "allowed", usedPercent: 7, resetsAt: 9_000_000 },
      { type: "quota", window: "2_day", status: "allowed", usedPercent: 8 },
      { type: "quota", window: "five_hour", status: "rejected", usedPercent: 100, resetsAt: 2_000_000 },
      { type: "quota", window: "secondary", status: "rejected", usedPercent: 101, resetsAt: 3_000_000 },
    ]);
    const error = { message: "no more", codexErrorInfo: "usageLimitExceeded" };
    receive({ method: "error", params: { error, willRetry: false } });
    expect(events.at(-1)).toMatchObject({ failure: { class: "usage_limit", retryAt: 3_000_000 } });
  });

  it("declines what codex asks, and says so", () => {
    const { events, sent } = played("approvals");
    expect(events.filter((event) => event.type === "permission:requested")).toContainEqual(
      expect.objectContaining({ what: "/bin/bash -lc 'rm -rf made.txt'" }),
    );
    expect(events.filter((event) => event.type === "permission:answered").every((event) => !event.allowed)).toBe(true);
    expect(sent.filter((line) => line.includes('"decision":"decline"')).length).toBeGreaterThan(1);
  });
});

describe("codexProtocol with messages", () => {
  const shown = (clientId: string): Json => ({
    method: "item/started",
    params: { threadId: "t", item: { type: "userMessage", clientId, content: [{ type: "text", text: "hi" }] } },
  });
  const turnEnds = (status: string): Json => ({
    method: "turn/completed",
    params: { threadId: "t", turn: { id: "u1", status } },
  });

  it("is delivered by the stream, not by the answer", () => {
    const { conversation, events, receive, requests } = running();
    expect(conversation.steer({ id: "m1", text: "hi" })).toEqual({ accepted: true, why: "joins the running turn" });
    expect(conversation.steer({ id: "m1", text: "hi" }).accepted).toBe(true);
    expect(requests("turn/steer")).toHaveLength(1);
    receive({ id: 4, result: { turnId: "u1" } });
    expect(types(events)).not.toContain("message:delivered");
    receive(shown("m1"));
    receive(shown("m1"));
    expect(events.filter((event) => event.type === "message:delivered")).toEqual([
      { type: "message:delivered", messageId: "m1" },
    ]);
  });

  it.each([
    ["refused", { id: 4, error: { code: -32_600, message: "no active turn to steer" } }],
    ["taken but never shown", { id: 4, result: { turnId: "u1" } }],
  ])("that was %s opens the next turn", (_how, answer) => {
    const { conversation, receive, requests, state } = running();
    conversation.steer({ id: "m1", text: "hi" });
    receive(turnEnds("completed"));
    expect(state.closed).toBe(false);
    expect(requests("turn/start")).toHaveLength(1);
    receive(answer);
    expect(requests("turn/start")[1]).toMatchObject({ params: { clientUserMessageId: "m1" } });
    receive({ id: 5, result: { turn: { id: "u2" } } });
    receive(shown("m1"));
    receive({ method: "turn/completed", params: { threadId: "t", turn: { id: "u2", status: "completed" } } });
    expect(state.closed).toBe(true);
  });

  it("that comes before the first turn joins it", () => {
    const { conversation, receive, requests } = talk();
    expect(conversation.steer({ id: "m1", text: "hi" }).why).toBe("joins the next turn");
    receive({ id: 1, result: {} });
    receive({ id: 2, result: { thread: { id: "t" } } });
    expect(requests("turn/steer")).toHaveLength(0);
    receive({ id: 3, result: { turn: { id: "u1" } } });
    expect(requests("turn/steer")).toHaveLength(1);
  });

  it("waits behind an interrupt and redirects the agent", () => {
    const { conversation, receive, requests } = running();
    conversation.steer({ id: "m1", text: "rather do this" });
    expect(conversation.interrupt()).toBe(true);
    receive({ id: 4, error: { message: "the turn is ending" } });
    receive(turnEnds("interrupted"));
    expect(requests("turn/start")).toHaveLength(2);
  });

  it.each([
    ["waits", { id: 4, error: { message: "the turn is ending" } }],
    ["was taken and not shown", { id: 4, result: { turnId: "u1" } }],
  ])("opens no turn once orch ends the run: one that %s", (_how, answer) => {
    const { conversation, receive, requests, state, events } = running();
    conversation.steer({ id: "m1", text: "You have done nothing for 60 seconds." });
    expect(conversation.end?.()).toBe(true);
    expect(requests("turn/interrupt")).toMatchObject([{ params: { turnId: "u1" } }]);
    receive(answer);
    receive(turnEnds("interrupted"));
    expect(requests("turn/start")).toHaveLength(1);
    expect(state.closed).toBe(true);
    expect(types(events)).not.toContain("message:delivered");
  });

  it("is not waited for once orch ends the run between two turns", () => {
    const { conversation, receive, requests, state } = running();
    conversation.steer({ id: "m1", text: "hi" });
    receive(turnEnds("completed"));
    expect(conversation.end?.()).toBe(true);
    expect(state.closed).toBe(true);
    receive({ id: 4, result: { turnId: "u1" } });
    expect(requests("turn/start")).toHaveLength(1);
  });

  it("is refused after a failed turn", () => {
    const { conversation, receive, state } = running();
    receive(turnEnds("failed"));
    expect(state.closed).toBe(true);
    expect(conversation.steer({ id: "m1", text: "hi" }).accepted).toBe(false);
    expect(conversation.interrupt()).toBe(false);
  });
});

describe("codexProtocol with permissions", () => {
  const asks = (id: number, command: string): Json => ({
    method: "item/commandExecution/requestApproval",
    id,
    params: { threadId: "t", itemId: "i", command: `/bin/bash -c '${command}'` },
  });
  const rules = { allow: ["git"], deny: ["Bash(git push *)"] };

  it("has codex ask, and answers by the rules", () => {
    const { events, receive, sent, requests } = running({ permissions: { mode: "autonomous", ...rules } });
    expect(requests("thread/start")[0]).toMatchObject({ params: { approvalPolicy: "untrusted" } });
    receive(asks(7, "git status"));
    receive(asks(8, "git push origin"));
    receive(asks(9, "rm x"));
    expect(sent.slice(-3).map((line) => textAt(parseJsonObject(line), "result", "decision"))).toEqual([
      "accept",
      "decline",
      "decline",
    ]);
    expect(types(events).slice(-4)).toEqual([
      "permission:requested",
      "permission:answered",
      "permission:requested",
      "permission:answered",
    ]);
  });

  it("waits for a person's answer where it is supervised", () => {
    const { conversation, events, receive, sent } = running({ permissions: { mode: "supervised", ...rules } });
    const before = sent.length;
    receive(asks(7, "make"));
    expect(sent).toHaveLength(before);
    expect(conversation.answer?.({ id: "7", allow: true, why: "" })).toBe(true);
    expect(conversation.answer?.({ id: "7", allow: false, why: "" })).toBe(false);
    expect(sent.slice(before)).toEqual([JSON.stringify({ id: 7, result: { decision: "accept" } })]);
    expect(events.at(-1)).toEqual({ type: "permission:answered", id: "7", allowed: true });
  });
});

describe("codexProtocol with questions that codex takes back", () => {
  const supervised = { permissions: { mode: "supervised", allow: [], deny: [] } };
  const asks: Json = {
    method: "item/commandExecution/requestApproval",
    id: 0,
    params: { threadId: "t", itemId: "i", command: "make" },
  };
  const resolved: Json = { method: "serverRequest/resolved", params: { threadId: "t", requestId: 0 } };

  it.each([
    ["settled without an answer", resolved],
    ["left open by a turn that ended", { method: "turn/completed", params: { turn: { status: "interrupted" } } }],
  ])("tells of one that is %s, and takes no answer to it any more", (_how, message) => {
    const { conversation, events, receive, sent } = running(supervised);
    receive(asks);
    const before = sent.length;
    receive(message);
    expect(events).toContainEqual({ type: "permission:withdrawn", id: "0" });
    expect(conversation.answer?.({ id: "0", allow: true, why: "" })).toBe(false);
    expect(sent).toHaveLength(before);
  });

  it("does not take the echo of an answer for that", () => {
    const { conversation, events, receive } = running(supervised);
    receive(asks);
    conversation.answer?.({ id: "0", allow: true, why: "" });
    receive(resolved);
    expect(types(events)).not.toContain("permission:withdrawn");
  });
});

describe("codexProtocol with a conversation that is taken up again", () => {
  it("resumes the thread, and counts only what is used from now on", () => {
    const { events, receive, requests } = talk({ resume: "t" });
    const used = (inputTokens: number): Json => ({
      method: "thread/tokenUsage/updated",
      params: { threadId: "t", tokenUsage: { total: { inputTokens, outputTokens: 0, cachedInputTokens: 0 } } },
    });
    receive({ id: 1, result: {} });
    expect(requests("thread/resume")[0]).toMatchObject({ params: { threadId: "t", approvalPolicy: "never" } });
    receive({ id: 2, result: { thread: { id: "t" } } });
    receive(used(100));
    receive({ method: "turn/started", params: { threadId: "t", turn: { id: "u1" } } });
    receive(used(130));
    expect(events.filter((event) => event.type === "usage").map(({ usage }) => usage.inputTokens)).toEqual([30]);
  });
});

describe("codexProtocol with the unexpected", () => {
  it("ends with an error when codex refuses to begin", () => {
    const { events, receive, state } = talk();
    receive({ id: 1, error: { message: "Missing environment variable: `SOME_KEY`." } });
    expect(events).toMatchObject([{ type: "error", failure: { class: "auth" } }]);
    expect(state.closed).toBe(true);
  });

  it("ignores other threads and answers unknown requests with a refusal", () => {
    const { events, receive, sent } = running();
    const before = events.length;
    receive({ method: "turn/completed", params: { threadId: "other", turn: { status: "completed" } } });
    receive({ method: "constructor", params: {} });
    receive({ method: "attestation/generate", id: 9, params: {} });
    expect(events).toHaveLength(before);
    const answer = parseJsonObject(sent.at(-1) ?? "");
    expect(numberAt(answer, "id")).toBe(9);
    expect(isJsonObject(answer?.["error"])).toBe(true);
  });
});
