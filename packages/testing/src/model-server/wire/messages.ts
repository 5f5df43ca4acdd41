import { anthropicError } from "./anthropic-errors.ts";
import { parseMessagesRequest } from "./messages-request.ts";
import { plainMessages, streamMessages } from "./messages-stream.ts";
import type { Wire } from "./wire.ts";

/** The Anthropic Messages interface, which Claude Code speaks. */
export const messagesWire: Wire = {
  name: "messages",
  callPrefix: "toolu",
  parse: parseMessagesRequest,
  stream: streamMessages,
  plain: plainMessages,
  error: anthropicError,
};
