import type {
  AgentDriver,
  AgentSettings,
  Assignment,
  AttemptRef,
  AttemptRun,
  PortBlock,
  ProjectSettings,
} from "@orch/core";

import type { RunnerDeps } from "./deps.ts";
import type { Journal } from "./journal.ts";
import type { SpendMeter } from "./spend-meter.ts";

/** What running a command in a clone needs to know. */
export interface CommandContext {
  readonly deps: RunnerDeps;
  readonly ref: AttemptRef;
  readonly project: ProjectSettings;
  /** Absent: it belongs to no task. */
  readonly assignment?: Assignment;
  /** The task's own; absent: it has none. */
  readonly ports?: PortBlock;
  /** Aborts when the attempt must end. */
  readonly signal: AbortSignal;
}

/** What every step works with. */
export interface StepContext extends CommandContext {
  readonly assignment: Assignment;
  readonly run: AttemptRun;
  readonly journal: Journal;
  readonly driver: AgentDriver;
  readonly settings: AgentSettings;
  /** What all running attempts use; shared by all attempts of the runner. */
  readonly meter: SpendMeter;
}
