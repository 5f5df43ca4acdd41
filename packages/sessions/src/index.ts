export { createSessions, type SessionsOptions } from "./client/create-sessions.ts";
export { readSessionEvents } from "./client/event-reader.ts";
export { runSupervisor, type SupervisorOptions } from "./supervisor/run-supervisor.ts";
export { defaultTiming, type SupervisorTiming } from "./supervisor/timing.ts";
export { probeSandbox, type SandboxProbe } from "./sandbox/probe-sandbox.ts";
export { stripEscapes } from "./supervisor/strip-escapes.ts";
