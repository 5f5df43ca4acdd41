import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { addUsage, noUsage, type AgentEvent, type Json } from "@orch/core";
import { expect, test } from "vitest";

import { createClaudeStream } from "./claude-stream.ts";

const RECORDED = join(import.meta.dirname, "../../test/fixtures/recorded/claude-2.1.329");

/** The uses that a stream tells, in order. */
function usesIn(lines: readonly string[]): readonly Extract<AgentEvent, { type: "usage" }>[] {
  const uses: Extract<AgentEvent, { type: "usage" }>[] = [];
  const stream = createClaudeStream((event) => {
    if (event.type === "usage") uses.push(event);
  });
  for (const line of lines) stream.line(line);
  return uses;
}

async function recorded(name: string): Promise<readonly string[]> {
  return (await readFile(join(RECORDED, `${name}.jsonl`), "utf8")).trim().split("\n");
}

function answer(id: string, usage: Json, more: { readonly [key: string]: Json } = {}): string {
  const message = { id, model: "claude-opus-5-5", content: [], usage };
  return JSON.stringify({ type: "assistant", message, ...more });
}

test("an answer's tokens are told with its model before the result, which adds what is missing and the cost", async () => {
  const lines = await recorded("stream-ok");
  const uses = usesIn(lines);
  const before = usesIn(lines.slice(0, -1));
  expect(before.length).toBeGreaterThan(0);
  expect(new Set(before.map(({ model }) => model))).toEqual(new Set(["claude-opus-5-5"]));
  expect(before.every(({ usage }) => usage.costUsd === undefined && usage.inputTokens > 0)).toBe(true);
  const { usage } = JSON.parse(lines.at(-1) ?? "") as { usage: { input_tokens: number; output_tokens: number } };
  expect(uses.map((use) => use.usage).reduce(addUsage, noUsage)).toMatchObject({
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
  });
  expect(uses.at(-1)?.usage.costUsd).toBeGreaterThan(0);
});

test("with partial messages the output of an answer is told at its end, and never twice", async () => {
  const lines = await recorded("stream-partial");
  const told = usesIn(lines.slice(0, -1)).map(({ usage }) => usage);
  expect(told.reduce(addUsage, noUsage)).toEqual({ inputTokens: 12_484, cachedInputTokens: 0, outputTokens: 8 });
  expect(usesIn(lines).at(-1)?.usage).toMatchObject({ inputTokens: 0, outputTokens: 0, costUsd: 0.050_096 });
});

test("an answer in several lines counts once, also between those of a helper", () => {
  const [own, helper] = [
    { input_tokens: 100, output_tokens: 1 },
    { input_tokens: 10, output_tokens: 1 },
  ];
  const lines = [
    answer("a", own),
    answer("b", helper, { parent_tool_use_id: "t" }),
    answer("a", own),
    answer("b", { ...helper, output_tokens: 4 }, { parent_tool_use_id: "t" }),
  ];
  const told = usesIn(lines).map(({ usage }) => usage);
  expect(told.reduce(addUsage, noUsage)).toEqual({ inputTokens: 110, cachedInputTokens: 0, outputTokens: 5 });
});
