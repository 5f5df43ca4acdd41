export { defaultEngineSettings, type EngineDeps, type EngineSettings } from "./deps.ts";
export { createEngine } from "./engine.ts";
export { readWeights } from "./route-weights.ts";
export { routeLogCursor, routingContext } from "./handlers/route-task.ts";
