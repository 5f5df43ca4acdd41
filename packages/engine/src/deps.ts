import type {
  AgentFailure,
  AgentLogin,
  AgentName,
  AttemptRunner,
  BranchName,
  Clock,
  Forges,
  Logger,
  ProjectId,
  ProjectSettings,
  Projects,
  Random,
  Reason,
  Reviewer,
  Router,
  SkillSummary,
  Store,
  Task,
  Workspace,
} from "@orch/core";

/** The figures of the engine. */
export interface EngineSettings {
  /** This host's id, the same over restarts: its leases are taken up again at the next start. */
  readonly host: string;
  /** Attempts at a time. */
  readonly maxParallel: number;
  /** How long a lease lives without a heartbeat, in milliseconds. */
  readonly leaseMs: number;
  /** The safety net under the wake-ups, in milliseconds. */
  readonly tickMs: number;
  /** How often forges are asked what changed there, in milliseconds. */
  readonly syncMs: number;
  /** The same of one project, where it differs. */
  readonly syncMsOf?: (project: ProjectId) => number;
  /** True while the forge of a project tells of changes by itself, so that looking is only the net below that. */
  readonly hinted?: (project: ProjectId) => boolean;
  /** After how many milliseconds an attempt in progress that no job stands for is given back. */
  readonly stuckMs: number;
}

/** Everything that the engine decides with; all of it ports. */
export interface EngineDeps {
  readonly store: Store;
  readonly runner: AttemptRunner;
  readonly router: Router;
  readonly workspace: Workspace;
  readonly projects: Projects;
  /** Absent: no project's results go to a forge. */
  readonly forges?: Forges;
  /** Absent: nobody reviews, whatever a project's policy says. */
  readonly reviewer?: Reviewer;
  /** The agents that are installed here and configured for the project, in configured order. */
  readonly availableAgents: (project: ProjectSettings) => Promise<readonly AgentName[]>;
  /** Logins of the project's agents that are known to be logged out, beside others that are not; absent: none is known. */
  readonly loggedOut?: (project: ProjectSettings) => Promise<readonly AgentLogin[]>;
  /** The models that an agent of the project offers for nothing, best first; absent: only configured ones count. */
  readonly freeModels?: (project: ProjectSettings, agent: AgentName) => Promise<readonly string[]>;
  /** The verdict's reason for an agent's failure; the same as the runner's. */
  readonly reasonFor: (failure: AgentFailure) => Reason;
  /** The skills that a project's tasks may be given; absent: none. */
  readonly skills?: (project: ProjectSettings) => Promise<readonly SkillSummary[]>;
  /** The name of a task's branch, by the project's template. */
  readonly branchFor: (template: string, task: Task) => BranchName;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
}

/** The usual figures: 4 attempts at a time, 90 s leases, a 10 s tick, a look at forges every 2 min, 30 min until a stuck attempt is given back. */
export const defaultEngineSettings: Omit<EngineSettings, "host"> = {
  stuckMs: 1_800_000,
  maxParallel: 4,
  leaseMs: 90_000,
  tickMs: 10_000,
  syncMs: 120_000,
};
