import type { AgentEvent, SessionExit } from "@orch/core";
import { describe, expect, it } from "vitest";

import { closingWords, concludeTurns } from "./conclude.ts";

const exit: SessionExit = {
  cause: "exited",
  code: 0,
  startedAt: 0,
  endedAt: 1,
  outputBytes: 0,
  outputHash: "",
  lastSeq: 0,
  survivors: 0,
  sandbox: "none",
};
const began: AgentEvent = { type: "turn:started", turn: 1 };
const error: AgentEvent = { type: "error", failure: { class: "auth", message: "who are you?" } };
const ended = (status: "completed" | "interrupted" | "failed"): AgentEvent => ({
  type: "turn:finished",
  turn: 1,
  status,
});
const said = (text: string): AgentEvent => ({ type: "text", text });

describe("concludeTurns", () => {
  it.each<[string, { events: readonly AgentEvent[]; change?: Partial<SessionExit> }, string | undefined]>([
    ["a finished turn", { events: [began, ended("completed")] }, undefined],
    ["nothing at all", { events: [] }, "invalid_output"],
    ["a turn without end", { events: [began, said("x")] }, "invalid_output"],
    ["a second turn without end", { events: [began, ended("completed"), began] }, "invalid_output"],
    ["an error before any turn", { events: [error], change: { code: 1 } }, "auth"],
    ["a failed turn", { events: [began, error, ended("failed")] }, "auth"],
    ["a failed turn without a reason", { events: [began, ended("failed")] }, "failed"],
    ["an error that was overcome", { events: [began, error, ended("completed")] }, undefined],
    ["an interrupted turn", { events: [began, ended("interrupted")] }, "interrupted"],
    [
      "a crash after the turn",
      { events: [began, ended("completed")], change: { cause: "signalled", signal: "SIGSEGV" } },
      "failed",
    ],
    ["a stop", { events: [began], change: { cause: "stopped" } }, "interrupted"],
    ["a limit", { events: [began, error], change: { cause: "silence" } }, "failed"],
  ])("%s", (_name, { events, change = {} }, expected) => {
    const { code: _code, ...rest } = exit;
    const whole = "cause" in change ? { ...rest, ...change } : { ...exit, ...change };
    expect(concludeTurns({ events, exit: whole }).failure?.class).toBe(expected);
  });

  it("takes the report of the last turn only", () => {
    const old = said('{"status":"done","summary":"old"}');
    expect(
      concludeTurns({ events: [began, old, ended("completed"), began, said("ok"), ended("completed")], exit }),
    ).toEqual({
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    });
  });

  it("joins the lines of a turn, the last million characters of them", () => {
    expect(closingWords([said("before"), began, said("a"), said("b")])).toBe("a\nb");
    const many = Array.from({ length: 3000 }, () => said("x".repeat(1000)));
    expect(closingWords(many).length).toBeLessThan(1_060_000);
  });
});
