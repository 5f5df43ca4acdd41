export { defaultEngineSettings, type EngineDeps, type EngineSettings } from "./deps.ts";
export { createEngine } from "./engine.ts";
export { decideRoute, routeLogCursor, routingContext } from "./handlers/route-task.ts";
export { readCooldowns } from "./cooldowns.ts";
export { type RouteChoice } from "./exhausted.ts";
export { readWeights } from "./route-weights.ts";
export { readHealth, type AgentHealth, type AgentFailureRecord } from "./agent-health.ts";
