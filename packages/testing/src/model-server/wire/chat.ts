import { parseChatRequest } from "./chat-request.ts";
import { plainChat, streamChat } from "./chat-stream.ts";
import { openaiError } from "./openai-errors.ts";
import type { Wire } from "./wire.ts";

/** The OpenAI Chat Completions interface, which OpenCode speaks. */
export const chatWire: Wire = {
  name: "chat",
  callPrefix: "call",
  parse: parseChatRequest,
  stream: streamChat,
  plain: plainChat,
  error: openaiError,
};
