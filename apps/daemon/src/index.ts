export { createApi, type Api } from "./http/create-api.ts";
export { listenOnSocket } from "./http/listen.ts";
export { type AgentView, type ApiServices } from "./handlers/services.ts";
export { lookAtForge } from "./local-forge.ts";
export { diagnose, type Diagnosis, type DiagnosisRequest } from "./diagnosis/diagnose.ts";
export { type DaemonEnvironment } from "./env.ts";
export { keysOf } from "./diagnosis/keys-of.ts";
