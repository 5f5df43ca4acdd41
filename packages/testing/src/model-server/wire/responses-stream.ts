import type { StopReason } from "../scenario.ts";
import { asRecord } from "./json-values.ts";
import { replyTokens } from "./reply-tokens.ts";
import { chunksOf, namedEvent } from "./text-chunks.ts";
import type { Reply, ReplyBlock, ReplyHead, StreamRenderer, WireError } from "./wire.ts";

type Item = Record<string, unknown>;

/** Renders a streamed answer of the OpenAI Responses interface. */
export function streamResponses(head: ReplyHead): StreamRenderer {
  const blocks: ReplyBlock[] = [];
  let sequence = 0;
  const event = (type: string, data: Item): string => namedEvent(type, { type, sequence_number: sequence++, ...data });
  return {
    open() {
      const response = responseObject({ ...head, blocks: [] }, "in_progress");
      return event("response.created", { response }) + event("response.in_progress", { response });
    },
    block(block) {
      const index = blocks.push(block) - 1;
      const item = outputItem(block, itemId(head, index));
      const place = { output_index: index, item_id: itemId(head, index) };
      const added = event("response.output_item.added", { output_index: index, item: emptied(item) });
      const deltas = deltaEvents(block).map(([type, data]) => event(type, { ...place, ...data }));
      return [added, ...deltas, event("response.output_item.done", { output_index: index, item })].join("");
    },
    fail(error) {
      const response = { ...responseObject({ ...head, blocks }, "failed"), error: failureOf(error) };
      return event("response.failed", { response });
    },
    close(stop) {
      const status = stop === undefined ? "completed" : "incomplete";
      return event(`response.${status}`, { response: responseObject({ ...head, blocks, stop }, status) });
    },
  };
}

/** Renders a plain answer of the OpenAI Responses interface. */
export function plainResponses(reply: Reply): unknown {
  return responseObject(reply, reply.stop === undefined ? "completed" : "incomplete");
}

const STOPS: Readonly<Record<StopReason, string>> = { refusal: "content_filter", length: "max_output_tokens" };

function responseObject(reply: Reply, status: "in_progress" | "completed" | "failed" | "incomplete"): Item {
  const tokens = replyTokens(reply);
  return {
    id: `resp_${reply.id}`,
    object: "response",
    created_at: reply.createdAt,
    status,
    error: null,
    incomplete_details: reply.stop === undefined ? null : { reason: STOPS[reply.stop] },
    model: reply.model,
    output: reply.blocks.map((block, index) => outputItem(block, itemId(reply, index))),
    usage:
      status === "in_progress"
        ? null
        : {
            input_tokens: reply.inputTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: tokens.output,
            output_tokens_details: { reasoning_tokens: tokens.reasoning },
            total_tokens: reply.inputTokens + tokens.output,
          },
  };
}

function itemId(head: ReplyHead, index: number): string {
  return `item_${head.id}_${index}`;
}

function outputItem(block: ReplyBlock, id: string): Item {
  switch (block.type) {
    case "thinking":
      return { id, type: "reasoning", summary: [{ type: "summary_text", text: block.text }], encrypted_content: null };
    case "text":
      return {
        id,
        type: "message",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: block.text, annotations: [] }],
      };
    case "call":
      return {
        id,
        type: "function_call",
        status: "completed",
        call_id: block.callId,
        name: block.name,
        arguments: JSON.stringify(block.input),
      };
    case "custom-call":
      return {
        id,
        type: "custom_tool_call",
        status: "completed",
        call_id: block.callId,
        name: block.name,
        input: block.input,
      };
  }
}

/** The item as it is announced, before its deltas. */
function emptied(item: Item): Item {
  const blank: Item = { ...item };
  for (const [key, value] of Object.entries({ summary: [], content: [], arguments: "", input: "" })) {
    if (key in blank) {
      blank[key] = value;
    }
  }
  return "status" in blank ? { ...blank, status: "in_progress" } : blank;
}

type DeltaEvent = readonly [type: string, data: Item];

function deltaEvents(block: ReplyBlock): readonly DeltaEvent[] {
  switch (block.type) {
    case "thinking":
      return [
        ["response.reasoning_summary_part.added", { summary_index: 0, part: { type: "summary_text", text: "" } }],
        ...deltas({ type: "response.reasoning_summary_text.delta", text: block.text, place: { summary_index: 0 } }),
        ["response.reasoning_summary_text.done", { summary_index: 0, text: block.text }],
        [
          "response.reasoning_summary_part.done",
          { summary_index: 0, part: { type: "summary_text", text: block.text } },
        ],
      ];
    case "text":
      return [
        ["response.content_part.added", { content_index: 0, part: outputText("") }],
        ...deltas({ type: "response.output_text.delta", text: block.text, place: { content_index: 0 } }),
        ["response.output_text.done", { content_index: 0, text: block.text }],
        ["response.content_part.done", { content_index: 0, part: outputText(block.text) }],
      ];
    case "call": {
      const text = JSON.stringify(block.input);
      return [
        ...deltas({ type: "response.function_call_arguments.delta", text }),
        ["response.function_call_arguments.done", { arguments: text }],
      ];
    }
    case "custom-call":
      return [
        ...deltas({ type: "response.custom_tool_call_input.delta", text: block.input }),
        ["response.custom_tool_call_input.done", { input: block.input }],
      ];
  }
}

function deltas(options: { type: string; text: string; place?: Item }): readonly DeltaEvent[] {
  return chunksOf(options.text).map((delta) => [options.type, { ...options.place, delta }]);
}

function outputText(text: string): Item {
  return { type: "output_text", text, annotations: [] };
}

function failureOf(error: WireError): Item {
  const { code, type, ...rest } = asRecord(asRecord(error.body)["error"]);
  return { ...rest, code: code ?? type };
}
