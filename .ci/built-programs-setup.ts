import { buildPrograms } from "./build-programs.ts";

/** Vitest's global setup of the suites that start orch's programs: those are the built ones, as people run them. */
export { buildPrograms as setup };
