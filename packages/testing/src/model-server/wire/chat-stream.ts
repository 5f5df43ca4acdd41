import type { StopReason } from "../scenario.ts";
import { asRecord } from "./json-values.ts";
import { replyTokens } from "./reply-tokens.ts";
import { bareEvent, chunksOf } from "./text-chunks.ts";
import type { Reply, ReplyBlock, ReplyHead, StreamRenderer } from "./wire.ts";

type Json = Record<string, unknown>;

/** Renders a streamed answer of the OpenAI Chat Completions interface. */
export function streamChat(head: ReplyHead): StreamRenderer {
  const blocks: ReplyBlock[] = [];
  const frame = { ...envelope(head), object: "chat.completion.chunk" };
  const chunk = (delta: Json): string => bareEvent({ ...frame, choices: [{ index: 0, delta, finish_reason: null }] });
  return {
    open() {
      return chunk({ role: "assistant", content: "" });
    },
    block(block) {
      const callIndex = blocks.filter(isCall).length;
      blocks.push(block);
      return deltasOf(block, callIndex).map(chunk).join("");
    },
    fail(error) {
      return bareEvent({ error: asRecord(error.body)["error"] });
    },
    close(stop) {
      const end = { ...frame, choices: [{ index: 0, delta: {}, finish_reason: finishReason(blocks, stop) }] };
      const usage = { ...frame, choices: [], usage: usageOf({ ...head, blocks }) };
      return `${bareEvent(end)}${bareEvent(usage)}data: [DONE]\n\n`;
    },
  };
}

/** Renders a plain answer of the OpenAI Chat Completions interface. */
export function plainChat(reply: Reply): unknown {
  const calls = reply.blocks.filter(isCall).map((block) => toolCall(block));
  const message = {
    role: "assistant",
    content: textsOf(reply, "text"),
    ...(textsOf(reply, "thinking") === null ? {} : { reasoning_content: textsOf(reply, "thinking") }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    ...envelope(reply),
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: finishReason(reply.blocks, reply.stop) }],
    usage: usageOf(reply),
  };
}

type CallBlock = Extract<ReplyBlock, { type: "call" | "custom-call" }>;

function isCall(block: ReplyBlock): block is CallBlock {
  return block.type === "call" || block.type === "custom-call";
}

function envelope(head: ReplyHead): Json {
  return { id: `chatcmpl-${head.id}`, created: head.createdAt, model: head.model };
}

const STOPS: Readonly<Record<StopReason, string>> = { refusal: "content_filter", length: "length" };

function finishReason(blocks: readonly ReplyBlock[], stop: StopReason | undefined): string {
  if (stop !== undefined) return STOPS[stop];
  return blocks.some(isCall) ? "tool_calls" : "stop";
}

function textsOf(reply: Reply, type: "text" | "thinking"): string | null {
  const texts = reply.blocks.flatMap((block) => (block.type === type ? [block.text] : []));
  return texts.length === 0 ? null : texts.join("\n");
}

function toolCall(block: CallBlock): Json {
  const input = block.type === "call" ? block.input : { input: block.input };
  return { id: block.callId, type: "function", function: { name: block.name, arguments: JSON.stringify(input) } };
}

function deltasOf(block: ReplyBlock, callIndex: number): readonly Json[] {
  switch (block.type) {
    case "thinking":
      return chunksOf(block.text).map((text) => ({ reasoning_content: text }));
    case "text":
      return chunksOf(block.text).map((text) => ({ content: text }));
    default: {
      const call = toolCall(block);
      const { name, arguments: input } = asRecord(call["function"]);
      return [
        { tool_calls: [{ ...call, index: callIndex, function: { name, arguments: "" } }] },
        ...chunksOf(String(input)).map((part) => ({
          tool_calls: [{ index: callIndex, function: { arguments: part } }],
        })),
      ];
    }
  }
}

function usageOf(reply: Reply): Json {
  const { output, reasoning } = replyTokens(reply);
  return {
    prompt_tokens: reply.inputTokens,
    completion_tokens: output,
    total_tokens: reply.inputTokens + output,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}
