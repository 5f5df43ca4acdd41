import type {
  AgentSettings,
  Budgets,
  CheckSpec,
  CommandNetwork,
  EnvironmentSettings,
  ForgeSettings,
  GateRules,
  GradingRules,
  HookSettings,
  PermissionRules,
  PriceTable,
  ProjectId,
  RoutingSettings,
  RunLimits,
  SandboxMode,
  SkillsMode,
  TaskPolicy,
  Complexity,
} from "@orch/core";

/** A repository that the daemon works on. */
export interface ProjectEntry {
  /** Absolute path. */
  readonly path: string;
  /** Absent: from the project's `.orch.yml`, its remote or its folder. */
  readonly id?: ProjectId;
  /** This project's confinement, decided by the person; absent: as configured. */
  readonly sandbox?: SandboxMode;
  /** The repository's own configuration of agents counts; absent: it is ignored. */
  readonly trusted?: boolean;
}

/** What the person wants otherwise for one repository (seed row C62). */
export interface RepoOverride {
  readonly grading: Partial<
    Pick<GradingRules, "maxChangedFiles" | "maxAddedLines" | "minChecks" | "mode" | "knownTestFailures">
  >;
  readonly skillsMode?: SkillsMode;
  /** Milliseconds. */
  readonly wallMs?: number;
  readonly classFailures?: number;
  /** What needs nobody there, beside what needs nobody anywhere. */
  readonly allowed?: GateRules["allowed"];
}

/** A repository that skills are brought from. */
export interface SkillSource {
  readonly repo: string;
  readonly path?: string;
  readonly pin?: string;
}

/** A configuration with every default in place. Deeply frozen. Times in milliseconds, paths absolute. */
export interface Config {
  readonly engine: {
    readonly maxParallel: number;
    readonly tickMs: number;
    readonly syncMs: number;
    readonly fallbackSyncMs: number;
    readonly webhookCheckMs: number;
    readonly stuckMs: number;
  };
  readonly webhook: {
    readonly enabled: boolean;
    readonly host: string;
    /** 0: any free one. */
    readonly port: number;
    /** Any of them may have signed. */
    readonly secrets: readonly string[];
    /** An absolute path: a file with more of them, one in a line. */
    readonly secretFile?: string;
    readonly allowUnsigned: boolean;
  };
  readonly limits: RunLimits;
  /** A time of 0 means no limit. */
  readonly timeoutByComplexity: Partial<Readonly<Record<Complexity, number>>>;
  readonly policy: TaskPolicy;
  readonly routing: RoutingSettings;
  readonly agents: Readonly<Record<string, AgentSettings>>;
  readonly checks: readonly CheckSpec[];
  readonly hooks: HookSettings;
  readonly environment: EnvironmentSettings;
  readonly branchTemplate: string;
  readonly gate: GateRules;
  readonly budgets: Budgets;
  readonly prices: PriceTable;
  readonly grading: GradingRules;
  /** By `owner/repo`, or by a repository's name alone; the former wins. */
  readonly repoOverrides: Readonly<Record<string, RepoOverride>>;
  readonly sandbox: SandboxMode;
  readonly commandNetwork: CommandNetwork;
  /** Absolute paths. */
  readonly sandboxRead: readonly string[];
  /** Absent: agents may do everything, inside the sandbox. */
  readonly permissions?: PermissionRules;
  /** Absent: the project is on no forge. */
  readonly forge?: ForgeSettings;
  /** The GitHub App that orch acts as; absent: it acts as a person. */
  readonly githubApp?: {
    readonly appId: number;
    /** PEM; a secret. Either this or its file is there. */
    readonly privateKey?: string;
    /** Absolute path. */
    readonly privateKeyFile?: string;
    readonly installation?: number;
  };
  /** The address of GitHub's API, as the person says; absent: github.com's. */
  readonly githubApi?: string;
  readonly git: { readonly name?: string; readonly email?: string };
  /** 0: for ever. */
  readonly retention: {
    readonly attemptsMs: number;
    /** How many per cent of the attempts that passed keep their sessions' records so long. */
    readonly passedPercent: number;
  };
  /** Absolute path of a file that adds to the search path; absent: none is wanted. */
  readonly pathFile?: string;
  /** Where clones of tasks are made, an absolute path; absent: below the home. */
  readonly worktrees?: string;
  /** Clones of each project that are made in advance. */
  readonly warm: number;
  readonly requiredTools: readonly string[];
  readonly instructionFiles: readonly string[];
  /** Further shapes of secrets, as written. */
  readonly redact: readonly { readonly name: string; readonly pattern: string }[];
  readonly skills: readonly SkillSource[];
  readonly projects: readonly ProjectEntry[];
  /** What the project's own file says about it. */
  readonly project: { readonly id?: ProjectId; readonly defaultBranch?: string };
}
