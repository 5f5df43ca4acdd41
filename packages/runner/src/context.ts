import type { AgentDriver, AgentSettings, AttemptRef, AttemptRun } from "@orch/core";

import type { RunnerDeps } from "./deps.ts";
import type { Journal } from "./journal.ts";

/** What every step works with. */
export interface StepContext {
  readonly deps: RunnerDeps;
  readonly run: AttemptRun;
  readonly ref: AttemptRef;
  readonly journal: Journal;
  readonly driver: AgentDriver;
  readonly settings: AgentSettings;
}
