export { createAgentModel, type AskedAgent } from "./ask-agent.ts";
export { type AskDeps, type QuestionFiles, type QuestionSurroundings } from "./deps.ts";
