import { describe, expect, it } from "vitest";

import { chatWire } from "./chat.ts";
import { asRecord, asRecords, asString } from "./json-values.ts";
import { messagesWire } from "./messages.ts";
import { readEvents, type ServerSentEvent } from "./read-events.ts";
import { responsesWire } from "./responses.ts";
import { chunksOf } from "./text-chunks.ts";
import type { ReplyBlock, ReplyHead, Wire } from "./wire.ts";

const LONG = "żółw 🎉 of many words\n".repeat(10_000);
const HEAD: ReplyHead = { id: "abc", model: "some-model", inputTokens: 100, createdAt: 1_795_000_000 };
const BLOCKS: readonly ReplyBlock[] = [
  { type: "thinking", text: "let me think" },
  { type: "text", text: `Hello\n"world" 🎉 ${LONG}` },
  { type: "call", callId: "call_r0_a", name: "exec_command", input: { cmd: "echo 'ż'" } },
  { type: "custom-call", callId: "call_r0_b", name: "apply_patch", input: "*** Begin Patch\n+🎉\n" },
];

function stream(wire: Wire, blocks: readonly ReplyBlock[]): readonly ServerSentEvent[] {
  const renderer = wire.stream(HEAD);
  const parts = [renderer.open(), ...blocks.map((block) => renderer.block(block)), renderer.close()];
  return readEvents(parts.join(""));
}

describe("a reply that ends early", () => {
  it.each([
    [responsesWire, "refusal", "response.incomplete", /"incomplete_details":\{"reason":"content_filter"/],
    [responsesWire, "length", "response.incomplete", /"incomplete_details":\{"reason":"max_output_tokens"/],
    [messagesWire, "refusal", "message_delta", /"stop_reason":"refusal"/],
    [messagesWire, "length", "message_delta", /"stop_reason":"max_tokens"/],
    [chatWire, "refusal", "", /"finish_reason":"content_filter"/],
    [chatWire, "length", "", /"finish_reason":"length"/],
  ] as const)("says so: $0.name, %s", (...[wire, stop, name, text]) => {
    const streamed = readEvents(wire.stream(HEAD).close(stop)).filter(({ event }) => (event ?? "") === name);
    expect(JSON.stringify(streamed)).toMatch(text);
    expect(JSON.stringify(wire.plain({ ...HEAD, blocks: [], stop }))).toMatch(text);
  });
});

describe("Responses", () => {
  const events = stream(responsesWire, BLOCKS);

  it("names every event by its type and numbers them", () => {
    expect(events.map((event) => event.data["type"])).toEqual(events.map((event) => event.event));
    expect(events.map((event) => event.data["sequence_number"])).toEqual([...events.keys()]);
    expect(events.at(0)?.event).toBe("response.created");
    expect(events.at(-1)?.event).toBe("response.completed");
  });

  it("ends every item with what its deltas add up to", () => {
    const done = events
      .filter((event) => event.event === "response.output_item.done")
      .map((event) => asRecord(event.data["item"]));
    const joined = (index: number): string =>
      events
        .filter((event) => event.data["output_index"] === index && "delta" in event.data)
        .map((event) => event.data["delta"])
        .join("");
    expect(done.map((item) => item["type"])).toEqual(["reasoning", "message", "function_call", "custom_tool_call"]);
    expect(done[0]).toMatchObject({ summary: [{ type: "summary_text", text: joined(0) }] });
    expect(done[1]).toMatchObject({ role: "assistant", content: [{ type: "output_text", text: joined(1) }] });
    expect(done[2]).toMatchObject({ call_id: "call_r0_a", name: "exec_command", arguments: joined(2) });
    expect(done[3]).toMatchObject({ call_id: "call_r0_b", name: "apply_patch", input: joined(3) });
    expect(joined(1)).toContain(LONG);
  });

  it("completes with the plain reply and its usage", () => {
    const plain = asRecord(responsesWire.plain({ ...HEAD, blocks: BLOCKS }));
    expect(events.at(-1)?.data["response"]).toEqual(plain);
    expect(plain["usage"]).toMatchObject({ input_tokens: 100, output_tokens_details: { reasoning_tokens: 3 } });
  });

  it("fails in the stream with code and message", () => {
    const renderer = responsesWire.stream(HEAD);
    const error = responsesWire.error(
      { do: "error", kind: "context_overflow" },
      { model: "m", key: undefined, now: 0 },
    );
    const [failed] = readEvents(renderer.fail(error));
    expect(failed?.event).toBe("response.failed");
    expect(failed?.data["response"]).toMatchObject({ status: "failed", error: { code: "context_length_exceeded" } });
  });

  it("reads tools from `tools` and from `additional_tools`, with their namespaces", () => {
    const parsed = responsesWire.parse({
      model: "gpt-6.1-sol",
      stream: true,
      tools: [{ type: "function", name: "exec_command" }, { type: "web_search" }],
      input: [
        {
          type: "additional_tools",
          tools: [{ type: "namespace", name: "functions", tools: [{ type: "custom", name: "exec" }] }],
        },
        { type: "message", role: "developer", content: [{ type: "input_text", text: "rules" }] },
        { type: "message", role: "user", content: [{ type: "input_text", text: "go" }] },
        { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
        { type: "custom_tool_call", call_id: "call_r0_x", name: "exec", input: "text(1)" },
        { type: "custom_tool_call_output", call_id: "call_r0_x", output: [{ type: "input_text", text: "1" }] },
      ],
      text: { format: { type: "json_schema", name: "out", schema: {} } },
    });
    expect(parsed).toMatchObject({ model: "gpt-6.1-sol", stream: true, wantsJson: true });
    expect(parsed.tools).toEqual([
      { name: "exec_command", kind: "function" },
      { name: "exec", kind: "custom" },
    ]);
    expect(parsed.history.map((entry) => `${entry.role}:${entry.text}`)).toEqual([
      "system:rules",
      "user:go",
      "assistant:hm",
      "assistant:text(1)",
      "tool:1",
    ]);
  });

  it("reads a plain string input and instructions", () => {
    const parsed = responsesWire.parse({ model: "m", instructions: "be nice", input: "hi" });
    expect(parsed.history.map((entry) => `${entry.role}:${entry.text}`)).toEqual(["system:be nice", "user:hi"]);
    expect(parsed.stream).toBe(false);
  });
});

describe("Messages", () => {
  const events = stream(messagesWire, BLOCKS);

  it("names every event by its type, from message_start to message_stop", () => {
    expect(events.map((event) => event.data["type"])).toEqual(events.map((event) => event.event));
    expect(events.at(0)?.event).toBe("message_start");
    expect(events.at(-1)?.event).toBe("message_stop");
  });

  it("streams blocks that add up to the plain reply", () => {
    const content: Record<string, unknown>[] = [];
    for (const { data } of events) {
      const index = Number(data["index"]);
      const delta = asRecord(data["delta"]);
      if (data["type"] === "content_block_start") {
        content[index] = { ...asRecord(data["content_block"]), json: "" };
      }
      const block = content[index];
      if (data["type"] === "content_block_delta" && block !== undefined) {
        block["text"] =
          delta["type"] === "text_delta" ? `${String(block["text"])}${String(delta["text"])}` : block["text"];
        block["json"] =
          delta["type"] === "input_json_delta"
            ? `${String(block["json"])}${String(delta["partial_json"])}`
            : block["json"];
        block["thinking"] =
          delta["type"] === "thinking_delta"
            ? `${String(block["thinking"])}${String(delta["thinking"])}`
            : block["thinking"];
      }
    }
    const plain = asRecords(asRecord(messagesWire.plain({ ...HEAD, blocks: BLOCKS }))["content"]);
    expect(content.map((block) => block["thinking"])[0]).toBe(plain[0]?.["thinking"]);
    expect(content[1]?.["text"]).toBe(plain[1]?.["text"]);
    expect(JSON.parse(String(content[2]?.["json"]))).toEqual(plain[2]?.["input"]);
    expect(content[2]).toMatchObject({ type: "tool_use", id: "call_r0_a", name: "exec_command", input: {} });
  });

  it("tells usage and why it stopped", () => {
    const delta = events.find((event) => event.event === "message_delta");
    const plain = asRecord(messagesWire.plain({ ...HEAD, blocks: BLOCKS }));
    expect(delta?.data["delta"]).toMatchObject({ stop_reason: "tool_use" });
    expect(plain).toMatchObject({ stop_reason: "tool_use", usage: { input_tokens: 100 } });
    expect(asRecord(delta?.data["usage"])["output_tokens"]).toBe(asRecord(plain["usage"])["output_tokens"]);
    expect(messagesWire.plain({ ...HEAD, blocks: [] })).toMatchObject({ stop_reason: "end_turn" });
  });

  it("reads words and tool results of one message as two entries, and system entries in between", () => {
    const parsed = messagesWire.parse({
      model: "claude-opus-5-5",
      stream: true,
      system: [{ type: "text", text: "You are" }],
      tools: [{ name: "Read", input_schema: { type: "object", properties: { file_path: {} } } }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "<system-reminder>x</system-reminder>" },
            { type: "text", text: "go" },
          ],
        },
        { role: "assistant", content: [{ type: "tool_use", id: "toolu_r0_a", name: "Read", input: {} }] },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "toolu_r0_a", content: [{ type: "text", text: "file" }] },
            { type: "text", text: "also this" },
          ],
        },
        { role: "system", content: "The user sent a new message" },
      ],
    });
    expect(parsed.tools).toEqual([{ name: "Read", kind: "function", fields: ["file_path"] }]);
    expect(parsed.history.map((entry) => entry.role)).toEqual([
      "system",
      "user",
      "assistant",
      "tool",
      "user",
      "system",
    ]);
    expect(parsed.history[3]?.text).toBe("file");
    expect(parsed.history[2]?.callIds).toEqual(["toolu_r0_a"]);
  });
});

describe("Chat Completions", () => {
  const events = stream(chatWire, BLOCKS);

  it("ends with usage and [DONE]", () => {
    expect(events.at(-1)?.raw).toBe("[DONE]");
    expect(events.at(-2)?.data).toMatchObject({ choices: [], usage: { prompt_tokens: 100 } });
    expect(events.at(-3)?.data).toMatchObject({ choices: [{ finish_reason: "tool_calls" }] });
  });

  it("streams deltas that add up to the plain reply", () => {
    const deltas = events.flatMap(({ data }) => asRecords(data["choices"])).map((choice) => asRecord(choice["delta"]));
    const calls = deltas.flatMap((delta) => asRecords(delta["tool_calls"]));
    const text = (key: string): string => deltas.map((delta) => asString(delta[key])).join("");
    const input = (index: number): string =>
      calls
        .filter((call) => call["index"] === index)
        .map((call) => asRecord(call["function"])["arguments"])
        .join("");
    const [choice] = asRecords(asRecord(chatWire.plain({ ...HEAD, blocks: BLOCKS }))["choices"]);
    expect(choice).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        role: "assistant",
        content: text("content"),
        reasoning_content: text("reasoning_content"),
        tool_calls: [
          { id: "call_r0_a", type: "function", function: { name: "exec_command", arguments: input(0) } },
          { id: "call_r0_b", type: "function", function: { name: "apply_patch", arguments: input(1) } },
        ],
      },
    });
  });

  it("reads messages, tool calls and results", () => {
    const parsed = chatWire.parse({
      model: "fake-model",
      stream: true,
      tools: [{ type: "function", function: { name: "bash", parameters: { properties: { command: {} } } } }],
      messages: [
        { role: "system", content: "Working directory: /repo" },
        { role: "user", content: [{ type: "text", text: "go" }] },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "call_r0_z", function: { name: "bash", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_r0_z", content: "out" },
      ],
    });
    expect(parsed.tools).toEqual([{ name: "bash", kind: "function", fields: ["command"] }]);
    expect(parsed.history.map((entry) => entry.role)).toEqual(["system", "user", "assistant", "tool"]);
    expect(parsed.history[2]?.callIds).toEqual(["call_r0_z"]);
  });
});

describe("chunks", () => {
  it("add up and never split a character", () => {
    for (const text of ["", "a", "🎉".repeat(100), `x${"🎉".repeat(100)}`, LONG]) {
      const chunks = chunksOf(text);
      expect(chunks.join("")).toBe(text);
      expect(chunks.every((chunk) => chunk.isWellFormed() && chunk !== "")).toBe(true);
      expect(chunks.length).toBeLessThanOrEqual(49);
    }
  });
});
