export type { AttemptFiles, RunnerDeps, Surroundings } from "./deps.ts";
export { fingerprintOf } from "./ending.ts";
export { createRunner } from "./runner.ts";
