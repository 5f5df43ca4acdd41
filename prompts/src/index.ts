export { createPromptRenderer } from "./create-prompt-renderer.ts";
export { createEnvelope, type Envelope } from "./envelope.ts";
export { visibleText, visibleLine } from "./clean-text.ts";
