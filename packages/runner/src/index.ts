export type { AttemptFiles, RunnerDeps, Surroundings, TaskContexts } from "./deps.ts";
export { fingerprintOf } from "./ending.ts";
export { createRunner } from "./runner.ts";
export { nobodysTask, setUpInAdvance } from "./set-up-in-advance.ts";
