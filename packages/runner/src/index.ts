export type { AttemptFiles, RunnerDeps, Surroundings, TaskContexts } from "./deps.ts";
export { fingerprintOf } from "./ending.ts";
export { createRunner } from "./runner.ts";
