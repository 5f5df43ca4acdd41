export { createPromptRenderer } from "./create-prompt-renderer.ts";
export { renderEvidence } from "./render-evidence.ts";
export { renderReview, type ReviewFacts } from "./render-review.ts";
export { renderRoute, type RouteVariables } from "./render-route.ts";
export { createEnvelope, type Envelope } from "./envelope.ts";
export { visibleText, visibleLine } from "./clean-text.ts";
