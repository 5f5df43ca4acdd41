export { defaultEngineSettings, type EngineDeps, type EngineSettings } from "./deps.ts";
export { createEngine } from "./engine.ts";
export { routeLogCursor, routingContext } from "./handlers/route-task.ts";
