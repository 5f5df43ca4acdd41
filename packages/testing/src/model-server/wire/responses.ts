import { openaiError } from "./openai-errors.ts";
import { parseResponsesRequest } from "./responses-request.ts";
import { plainResponses, streamResponses } from "./responses-stream.ts";
import type { Wire } from "./wire.ts";

/** The OpenAI Responses interface, which codex speaks. */
export const responsesWire: Wire = {
  name: "responses",
  callPrefix: "call",
  parse: parseResponsesRequest,
  stream: streamResponses,
  plain: plainResponses,
  error: openaiError,
};
