import { readFileSync } from "node:fs";
import { join } from "node:path";

import { addUsage, noUsage, type AgentEvent, type Json, type Usage } from "@orch/core";
import { fieldAt, parseJsonObject, textAt } from "@orch/parser";
import { describe, expect, it } from "vitest";

import { acpProtocol } from "./acp-protocol.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "test", "fixtures", "acp");

/** A conversation with one message in its middle; `usage` is what was told so far. */
function conversing() {
  const events: AgentEvent[] = [];
  const conversation = acpProtocol.converse({
    options: { cwd: "/repo", message: "Please do it" },
    emit: (event) => void events.push(event),
    writeLine: () => undefined,
    closeInput: () => undefined,
    note: () => undefined,
  });
  conversation.open();
  conversation.steer({ id: "m1", text: "and this" });
  const usage = (): Usage =>
    events.reduce((sum, event) => (event.type === "usage" ? addUsage(sum, event.usage) : sum), noUsage);
  return { usage, line: (message: unknown): void => conversation.line(JSON.stringify(message)) };
}

/** What a recorded agent said, each with what was counted after it. */
function played(name: string): readonly { readonly message: unknown; readonly usage: Usage }[] {
  const { usage, line } = conversing();
  const lines = readFileSync(join(FIXTURES, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  return lines
    .map((text) => parseJsonObject(text))
    .filter((entry) => textAt(entry, "dir") === "agent")
    .map((entry) => {
      const message = fieldAt(entry, "message");
      line(message);
      return { message, usage: usage() };
    });
}

const total = ({ inputTokens, outputTokens }: Usage): number => inputTokens + outputTokens;

describe("tokens of an agent that speaks ACP", () => {
  it.each([
    ["claude", { inputTokens: 50_469, cachedInputTokens: 0, outputTokens: 128, costUsd: 0.204436 }, 50_597],
    ["codex", { inputTokens: 72_398, cachedInputTokens: 0, outputTokens: 164 }, 72_562],
    ["opencode", { inputTokens: 16_016, cachedInputTokens: 0, outputTokens: 16 }, 16_024],
  ])("are reckoned of %s's context, and in the end as it tells them", (name, whole, before) => {
    const counted = played(name);
    const totals = counted.map(({ usage }) => total(usage));
    expect(totals).toEqual(totals.toSorted((left, right) => left - right));
    expect(counted.at(-1)?.usage).toEqual(whole);
    const end = counted.findLastIndex(({ message }) => fieldAt(message, "result", "stopReason") !== undefined);
    expect(totals[end - 1]).toBe(before);
  });

  it("are known of the turn that runs, and what was in the context before may come from a cache", () => {
    const { usage, line } = conversing();
    const update = (told: { readonly [key: string]: Json }): void =>
      line({ method: "session/update", params: { sessionId: "s", update: told } });
    line({ id: 1, result: { protocolVersion: 1 } });
    line({ id: 2, result: { sessionId: "s" } });
    update({ sessionUpdate: "usage_update", used: 10_000, size: 200_000 });
    update({ sessionUpdate: "usage_update", used: 10_100, size: 200_000 });
    expect(usage()).toEqual({ inputTokens: 10_100, cachedInputTokens: 0, outputTokens: 0 });
    update({ sessionUpdate: "tool_call_update", toolCallId: "t", status: "completed" });
    update({ sessionUpdate: "usage_update", used: 12_000, size: 200_000 });
    expect(usage()).toEqual({ inputTokens: 22_100, cachedInputTokens: 10_100, outputTokens: 0 });
    line({ id: 3, result: { stopReason: "cancelled", usage: { inputTokens: 0, outputTokens: 0 } } });
    expect(total(usage())).toBe(22_100);
    line({ id: 4, result: { stopReason: "end_turn", usage: { inputTokens: 40_000, outputTokens: 300 } } });
    expect(usage()).toEqual({ inputTokens: 40_000, cachedInputTokens: 0, outputTokens: 300 });
  });
});
