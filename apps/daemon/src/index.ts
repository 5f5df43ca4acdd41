export { createApi, type Api } from "./http/create-api.ts";
export { listenOnSocket } from "./http/listen.ts";
export { type AgentView, type ApiServices } from "./handlers/services.ts";
export { lookAtForge } from "./local-forge.ts";
