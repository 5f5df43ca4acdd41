import type { ProjectId } from "./ids.ts";
import type { CheckSpec } from "./receipt.ts";
import type { Complexity } from "./task.ts";

/** What becomes of a checked branch (seed rule U14). */
export type MergePolicy =
  /** The published branch is the end: the task is done. */
  | "never"
  /** A person merges: `orch task merge`. */
  | "approve_gate"
  /** orch merges as soon as the receipts are there. */
  | "auto";

/** The figures that decide retries; times in milliseconds. */
export interface TaskPolicy {
  readonly maxAttempts: number;
  /** Delay before the first retry; doubles up to `backoffCapMs`. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** How many equal failures in a row end in `repeated_failure`. */
  readonly equalFailures: number;
  readonly merge: MergePolicy;
}

/** The seeds' figures (U10, U11, U14). */
export const defaultPolicy: TaskPolicy = {
  maxAttempts: 10,
  backoffBaseMs: 30_000,
  backoffCapMs: 900_000,
  equalFailures: 3,
  merge: "approve_gate",
};

/** The clocks and bounds of one session; a time of 0 means no limit. Enforced by the supervisor, also without a daemon. */
export interface RunLimits {
  readonly wallMs: number;
  /** No output at all. */
  readonly silenceMs: number;
  /** Output, but no event that counts as progress. */
  readonly noProgressMs: number;
  readonly outputBytes: number;
  /** The share (0 to 1) of silence and no-progress after which orch speaks to the agent; absent or 0: never. */
  readonly nudgeShare?: number;
  /** How long a person has to answer what the agent asks; then it is denied. Absent: five minutes. */
  readonly permissionMs?: number;
}

/** Whether an agent is asked about, or asks. */
export type PermissionMode =
  /** Nothing is asked: what is not denied is done. */
  | "autonomous"
  /** What the rules neither allow nor deny is asked of a person, and denied when nobody answers. */
  | "supervised";

/**
 * What an agent may do by its own rules, in one model for all agents (seed rows A57–A60). Rules are tool names (`Edit`,
 * `Read`, `WebFetch`), commands (`Bash(git *)`), or bare program names, which stand for `Bash(<name> *)`. Each driver
 * translates them; the boundary is the sandbox, not these rules.
 */
export interface PermissionRules {
  readonly mode: PermissionMode;
  /** Empty: everything. */
  readonly allow: readonly string[];
  /** Win over `allow`. */
  readonly deny: readonly string[];
}

/** How an agent command line is configured. */
export interface AgentSettings {
  /** The driver: `codex`, `command`, `replay`. */
  readonly driver: string;
  /** Program and fixed arguments; the first is looked up on PATH. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly model?: string;
  /** Folder that holds the agent's own login and settings; copied or pointed to, never written by orch. */
  readonly home?: string;
  /** Driver-specific options, validated by the driver. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Programs that run around an attempt in the task's clone, each an argument array. */
export interface HookSettings {
  readonly afterCreate?: CheckSpec;
  readonly beforeRun?: CheckSpec;
  readonly afterRun?: CheckSpec;
  readonly beforeRemove?: CheckSpec;
}

/** What the publish gate refuses (SECURITY D8). */
export interface GateRules {
  /** Glob patterns of paths that need a person. */
  readonly protectedPaths: readonly string[];
  readonly maxFiles: number;
  /** Bytes of new or changed content in all. */
  readonly maxBytes: number;
  readonly maxFileBytes: number;
}

/** Who is asked to classify tasks that nobody pinned (seed rows A43–A46). */
export interface ClassifierSettings {
  /** The agent whose program answers. */
  readonly agent: string;
  /** Absent: the agent's own default. */
  readonly model?: string;
  readonly timeoutMs: number;
  /** After so many failed questions about a task it is routed without asking. */
  readonly maxAttempts: number;
}

/** What the router may choose from in a project. */
export interface RoutingSettings {
  /** Who classifies; absent: nobody, so that agents take turns. */
  readonly classifier?: ClassifierSettings;
  /** True: agents that ran into rate limits are chosen less often for a while (seed row A42). */
  readonly weighted?: boolean;
  /** Skills that every task gets, besides those that the classifier chooses. */
  readonly defaultSkills?: readonly string[];
  /** The same, marked as required in the prompt. */
  readonly requiredSkills?: readonly string[];
  /** Tools that every agent's profile holds, besides those that the classifier names. */
  readonly allowedTools?: readonly string[];
  /** Agents that take part in the round robin, in order; empty: all that are available. */
  readonly agents: readonly string[];
  /** The agent to take when none of `agents` is available. */
  readonly fallback?: string;
  /** Model by tier, then by agent. */
  readonly models: Partial<Readonly<Record<Complexity, Readonly<Record<string, string>>>>>;
}

/** How a session is confined. `auto`: the best that works here, said on every surface. */
export type SandboxMode = "auto" | "bwrap" | "none";

/** A project with everything that running its tasks needs, resolved and complete. */
export interface ProjectSettings {
  readonly id: ProjectId;
  /** Absolute path of the user's repository, where results appear as branches. */
  readonly source: string;
  /** Absent: what the repository has checked out. */
  readonly defaultBranch?: string;
  /** Placeholders `{issue}`, `{id}`, `{slug}`. */
  readonly branchTemplate: string;
  readonly checks: readonly CheckSpec[];
  readonly hooks: HookSettings;
  readonly gate: GateRules;
  readonly agents: Readonly<Record<string, AgentSettings>>;
  /** Absent: round robin over all agents, no model map. */
  readonly routing?: RoutingSettings;
  readonly limits: RunLimits;
  readonly timeoutByComplexity: Partial<Readonly<Record<Complexity, number>>>;
  readonly policy: TaskPolicy;
  readonly sandbox: SandboxMode;
  /** Absent: agents may do everything, inside the sandbox. */
  readonly permissions?: PermissionRules;
  readonly requiredTools: readonly string[];
  /** Files whose text at the base commit is given to the agent as project instructions. */
  readonly instructionFiles: readonly string[];
  readonly git: { readonly name?: string; readonly email?: string };
}
