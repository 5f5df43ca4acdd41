export { createAgentModel, type AskedAgent } from "./ask-agent.ts";
export { createClassifier, createEvidenceJudge } from "./ask-project.ts";
export { type AskDeps, type QuestionFiles, type QuestionSurroundings } from "./deps.ts";
