import { describe, expect, it } from "vitest";

import { describeRequest, makeCallId, type ModelRequest } from "./model-request.ts";
import type { HistoryEntry } from "./wire/wire.ts";

function request(...history: HistoryEntry[]): ModelRequest {
  return describeRequest({
    wire: "chat",
    model: "m",
    stream: false,
    wantsJson: false,
    tools: [],
    history,
    inputTokens: 0,
  });
}

const user = (text: string): HistoryEntry => ({ role: "user", text, callIds: [] });
const system = (text: string): HistoryEntry => ({ role: "system", text, callIds: [] });
const tool = (text: string): HistoryEntry => ({ role: "tool", text, callIds: [] });
const model = (text: string, ...callIds: string[]): HistoryEntry => ({ role: "assistant", text, callIds });

describe("working directory", () => {
  it.each([
    [
      "codex",
      "<environment_context>\n  <cwd>/old</cwd>\n</environment_context> … <cwd>/repo with space</cwd>",
      "/repo with space",
    ],
    ["Claude Code", "Environment:\n - Primary working directory: /repo\n - Is a git repository: true", "/repo"],
    ["OpenCode", "<env>\n  Working directory: /repo/a\n  Platform: linux", "/repo/a"],
    ["none", "nothing here", undefined],
  ])("of %s", (_agent, prompt, expected) => {
    expect(request(system(prompt), user("go")).workingDirectory).toBe(expected);
  });
});

describe("replies in the history", () => {
  it("are runs of model output", () => {
    expect(request(user("go")).replies).toBe(0);
    expect(request(user("go"), model("thinking"), model("text")).replies).toBe(1);
    expect(request(user("go"), model("a"), user("more"), model("b"), user("more")).replies).toBe(2);
  });

  it("are told apart by call ids when calls and results interleave", () => {
    const id = (unique: string): string => makeCallId({ prefix: "call", replies: 0, unique });
    expect(request(user("go"), model("a"), model("", id("x")), tool("1"), model("", id("y")), tool("2")).replies).toBe(
      1,
    );
    expect(request(user("go"), model("", "foreign_1"), tool("1"), model("", "foreign_2"), tool("2")).replies).toBe(2);
  });
});

describe("texts", () => {
  it("keep the prompt apart from model output and results", () => {
    const described = request(system("rules"), user("first"), model("answer"), tool("result"), user("last"));
    expect(described).toMatchObject({ prompt: "rules\nfirst\nlast", userText: "last", lastResult: "result" });
    expect(described.text).toBe("rules\nfirst\nanswer\nresult\nlast");
  });
});

describe("user text", () => {
  it("leaves out reminders", () => {
    const text = "<system-reminder>\nToday\n</system-reminder>\nFix it.";
    expect(request(user(text))).toMatchObject({ userText: "Fix it.", prompt: text });
  });
});

describe("side requests", () => {
  it.each([
    [true, request(system("You are a title generator. You output ONLY a thread title."), user("hi"))],
    [true, request(user("Generate a concise, single-line task title for: x"))],
    [false, request(system("You are Codex"), user("Add a function that can generate a title for a page"))],
  ])("%s", (isTitle, described) => {
    expect(described.side === "title").toBe(isTitle);
  });
});
