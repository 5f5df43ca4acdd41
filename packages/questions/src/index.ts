export { createAgentModel } from "./ask-agent.ts";
export { createClassifier, createEvidenceJudge } from "./ask-project.ts";
export { createReviewer, type ReviewDeps } from "./create-reviewer.ts";
export { type AskDeps, type QuestionFiles, type QuestionSurroundings } from "./deps.ts";
export { type AskedAgent } from "./run-session.ts";
