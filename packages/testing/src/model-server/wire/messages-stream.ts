import type { StopReason } from "../scenario.ts";
import { replyTokens } from "./reply-tokens.ts";
import { chunksOf, namedEvent } from "./text-chunks.ts";
import type { Reply, ReplyBlock, ReplyHead, StreamRenderer } from "./wire.ts";

type Json = Record<string, unknown>;

/** Renders a streamed answer of the Anthropic Messages interface. */
export function streamMessages(head: ReplyHead): StreamRenderer {
  const blocks: ReplyBlock[] = [];
  const event = (type: string, data: Json): string => namedEvent(type, { type, ...data });
  return {
    open() {
      const message = { ...messageObject({ ...head, blocks: [] }), stop_reason: null };
      return event("message_start", { message }) + event("ping", {});
    },
    block(block) {
      const index = blocks.push(block) - 1;
      return [
        event("content_block_start", { index, content_block: emptied(block) }),
        ...deltasOf(block).map((delta) => event("content_block_delta", { index, delta })),
        event("content_block_stop", { index }),
      ].join("");
    },
    fail(error) {
      return namedEvent("error", error.body);
    },
    close(stop) {
      const { output } = replyTokens({ ...head, blocks });
      const delta = { stop_reason: stopReason(blocks, stop), stop_sequence: null };
      return event("message_delta", { delta, usage: { output_tokens: output } }) + event("message_stop", {});
    },
  };
}

/** Renders a plain answer of the Anthropic Messages interface. */
export function plainMessages(reply: Reply): unknown {
  return messageObject(reply);
}

function messageObject(reply: Reply): Json {
  return {
    id: `msg_${reply.id}`,
    type: "message",
    role: "assistant",
    model: reply.model,
    content: reply.blocks.map(contentBlock),
    stop_reason: stopReason(reply.blocks, reply.stop),
    stop_sequence: null,
    usage: {
      input_tokens: reply.inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: replyTokens(reply).output,
    },
  };
}

const STOPS: Readonly<Record<StopReason, string>> = { refusal: "refusal", length: "max_tokens" };

function stopReason(blocks: readonly ReplyBlock[], stop: StopReason | undefined): string {
  if (stop !== undefined) return STOPS[stop];
  return blocks.some((block) => block.type === "call" || block.type === "custom-call") ? "tool_use" : "end_turn";
}

function contentBlock(block: ReplyBlock): Json {
  switch (block.type) {
    case "thinking":
      return { type: "thinking", thinking: block.text, signature: "c2NyaXB0ZWQ=" };
    case "text":
      return { type: "text", text: block.text };
    case "call":
      return { type: "tool_use", id: block.callId, name: block.name, input: block.input };
    case "custom-call":
      return { type: "tool_use", id: block.callId, name: block.name, input: { input: block.input } };
  }
}

/** The block as it is announced, before its deltas. */
function emptied(block: ReplyBlock): Json {
  const content = contentBlock(block);
  switch (block.type) {
    case "thinking":
      return { ...content, thinking: "", signature: "" };
    case "text":
      return { ...content, text: "" };
    default:
      return { ...content, input: {} };
  }
}

function deltasOf(block: ReplyBlock): readonly Json[] {
  switch (block.type) {
    case "thinking":
      return [
        ...chunksOf(block.text).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: "c2NyaXB0ZWQ=" },
      ];
    case "text":
      return chunksOf(block.text).map((text) => ({ type: "text_delta", text }));
    default: {
      const input = JSON.stringify(contentBlock(block)["input"]);
      return chunksOf(input).map((partial) => ({ type: "input_json_delta", partial_json: partial }));
    }
  }
}
