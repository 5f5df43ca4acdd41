import type { CautionKind } from "./caution.ts";
import type { EnvironmentSettings } from "./environment.ts";
import type { ForgeSettings } from "./forge-settings.ts";
import type { ProjectId } from "./ids.ts";
import type { ModelPrice, PriceTable } from "./pricing.ts";
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
  /** How many failures in a row of one reason, each another way, end in `retry_limit`; 0: no limit. */
  readonly classFailures: number;
  readonly merge: MergePolicy;
  /** After a usage limit: `wait` for the same agent, or `failover` to another one; waits when there is none. */
  readonly onUsageLimit: "wait" | "failover";
  /** When every agent rests: a `person` has to look, or the task waits for the first to come back. */
  readonly onExhausted: "person" | "wait";
  /** How a next attempt begins: a `fresh` conversation, the agent's own one (`resume`), or as the failure suggests. */
  readonly retryMode: RetryMode;
  /** Results go to a forge as pull requests; absent: they stay in the user's repository. */
  readonly forge?: ForgePolicy;
}

/** What decides about a pull request. */
export interface ForgePolicy {
  /** A review agent looks at each result before it is merged. */
  readonly reviewAgent: boolean;
  /** Rounds of changes before a person has to look (seed row A110: 2). */
  readonly maxReviewCycles: number;
}

/** See `TaskPolicy.retryMode`. */
export type RetryMode = "fresh" | "resume" | "auto";

/** The seeds' figures (U10, U11, U14). */
export const defaultPolicy: TaskPolicy = {
  maxAttempts: 10,
  backoffBaseMs: 30_000,
  backoffCapMs: 900_000,
  equalFailures: 3,
  classFailures: 3,
  merge: "approve_gate",
  onUsageLimit: "failover",
  onExhausted: "person",
  retryMode: "auto",
};

/** The clocks and bounds of one session; a time of 0 means no limit. Enforced by the supervisor, also without a daemon. */
export interface RunLimits {
  readonly wallMs: number;
  /** No output at all. */
  readonly silenceMs: number;
  /** Output, but no event that counts as progress. */
  readonly noProgressMs: number;
  readonly outputBytes: number;
  /** Memory that all processes of the session together may hold for themselves; 0: three quarters of the machine's; absent: no limit. */
  readonly memoryBytes?: number;
  /** How many processes may live at the same time; absent or 0: no limit. */
  readonly processes?: number;
  /** How large one file may become; whoever writes more is ended by the system (`SIGXFSZ`). Absent or 0: no limit. */
  readonly fileBytes?: number;
  /** Counted tokens (see `countedTokens`); absent: no limit. */
  readonly tokens?: number;
  readonly costUsd?: number;
  /** What tokens cost until the agent says it itself: by the model that it names, and of any other; see `RunPricing`. */
  readonly prices?: Readonly<Record<string, ModelPrice>>;
  readonly price?: ModelPrice;
  /** The share (0 to 1) of silence and no-progress after which orch speaks to the agent; absent or 0: never. */
  readonly nudgeShare?: number;
  /** How long a person has to answer what the agent asks; then it is denied. Absent: five minutes. */
  readonly permissionMs?: number;
}

/** One login of an agent. */
export interface AgentAccount {
  readonly name: string;
  /** In place of the agent's own `home`. */
  readonly home?: string;
  /** On top of the agent's own variables. */
  readonly env: Readonly<Record<string, string>>;
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
  /** `copied`: its runs hold a copy of the login file as it is; absent: one with placeholders. Only the person's own file says it. */
  readonly login?: "masked" | "copied";
  /** Hosts that it may reach beside its model's service; only what the person's own file says. `*`: all. */
  readonly egress?: readonly string[];
  /** Addresses of its model's service, as the person's own file names them; absent: the driver's. */
  readonly endpoints?: readonly string[];
  /** Models to go on with, in order, when the first one is not to be had. */
  readonly models?: readonly string[];
  /** Logins to choose from; absent or empty: the one of `home` and `env`. */
  readonly accounts?: readonly AgentAccount[];
  /** Driver-specific options, validated by the driver. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The agent's settings with those of one of its accounts over them; undefined: there is no such account. */
export function settingsOfAccount(settings: AgentSettings, account: string | undefined): AgentSettings | undefined {
  if (account === undefined) return settings;
  const login = settings.accounts?.find(({ name }) => name === account);
  if (login === undefined) return undefined;
  const { home = settings.home, env } = login;
  return { ...settings, env: { ...settings.env, ...env }, ...(home === undefined ? {} : { home }) };
}

/** One login of one agent, by their names. */
export interface AgentLogin {
  readonly agent: string;
  readonly account: string;
}

/** The project as it is without these logins of its agents. */
export function withoutLogins(project: ProjectSettings, logins: readonly AgentLogin[]): ProjectSettings {
  if (logins.length === 0) return project;
  const isLeft = (agent: string, { name }: AgentAccount): boolean =>
    !logins.some((login) => login.agent === agent && login.account === name);
  const agents = Object.entries(project.agents).map(([name, settings]) => {
    const { accounts } = settings;
    const left = accounts === undefined ? {} : { accounts: accounts.filter((account) => isLeft(name, account)) };
    return [name, { ...settings, ...left }] as const;
  });
  return { ...project, agents: Object.fromEntries(agents) };
}

/** Programs that run around an attempt in the task's clone, each an argument array. */
export interface HookSettings {
  readonly afterCreate?: CheckSpec;
  /**
   * What `afterCreate` makes is the same for every task, so that it may run before there is one: patterns of files that it
   * depends on, besides what package managers read. Absent: it runs in each task's own clone.
   */
  readonly inAdvance?: readonly string[];
  readonly beforeRun?: CheckSpec;
  readonly afterRun?: CheckSpec;
  readonly beforeRemove?: CheckSpec;
}

/** What the publish gate refuses, and what it leaves to a person to merge (SECURITY D8). */
export interface GateRules {
  /** Glob patterns of paths that need a person. */
  readonly protectedPaths: readonly string[];
  readonly maxFiles: number;
  /** Bytes of new or changed content in all. */
  readonly maxBytes: number;
  readonly maxFileBytes: number;
  /** Glob patterns of lockfiles: a person merges their changes. */
  readonly lockfiles?: readonly string[];
  /** Of files that package managers run or are told by what to run, beside the manifests whose keys are looked at. */
  readonly scripts?: readonly string[];
  /** What needs nobody all the same, by kind; only the person's own file says it. */
  readonly allowed?: Partial<Readonly<Record<CautionKind, readonly string[]>>>;
}

/** Who is asked to classify tasks that nobody pinned (seed rows A43–A46). */
export interface ClassifierSettings {
  /** The agent whose program answers. */
  readonly agent: string;
  /** Absent: the agent's own default. */
  readonly model?: string;
  /** Which of the agent's accounts; absent: it has one only. */
  readonly account?: string;
  readonly timeoutMs: number;
  /** After so many failed questions about a task it is routed without asking. */
  readonly maxAttempts: number;
}

/** Models that orch itself suggests, by tier. Where one can't be had, the agent's own default goes on (seed row A49). */
export interface SuggestedModels extends Readonly<Record<Complexity, string>> {
  readonly review: string;
}

/**
 * Which skills agents are given (seed rows C61, C63): none; those that every task gets; or what the classifier chooses
 * besides.
 */
export type SkillsMode = "off" | "agentpr" | "agentpr_autonomous";

/** How routing learns from what decided tasks came to. Shares are from 0 to 1. */
export interface LearningSettings {
  /** `shadow`: it only says what it would have chosen. */
  readonly mode: "on" | "shadow";
  /** After so many milliseconds a task counts half. */
  readonly halfLifeMs: number;
  /** The part of all choices that each available agent gets whatever the evidence says. */
  readonly share: number;
  /** An agent with fewer decided tasks keeps its fair turns. */
  readonly minTasks: number;
  /** An agent that lands less than this part of its tasks gets its share alone. */
  readonly minLanded: number;
  /** The most that its cost takes from an agent's reward. */
  readonly costWeight: number;
}

/** What the router may choose from in a project. */
export interface RoutingSettings {
  /** Who classifies; absent: nobody, so that agents take turns. */
  readonly classifier?: ClassifierSettings;
  /** True: agents that ran into rate limits are chosen less often for a while (seed row A42). */
  readonly weighted?: boolean;
  /** Absent: what tasks came to decides nothing. */
  readonly learning?: LearningSettings;
  /** Absent: as `agentpr_autonomous`. */
  readonly skillsMode?: SkillsMode;
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
  /** By agent, for those whose model nobody chose; absent: none. */
  readonly suggested?: Readonly<Record<string, SuggestedModels>>;
  /** Free models by agent, for when an agent has no other model left (seed row A100). */
  readonly freeModels?: Readonly<Record<string, string>>;
  /** Models of reviewers, by agent: the tier `review` (seed row A105). */
  readonly reviewModels?: Readonly<Record<string, string>>;
}

/** How a session is confined. `auto`: the best that works here; where nothing does, sessions are refused. */
export type SandboxMode = "auto" | "srt" | "bwrap" | "none";

/** Every mode, for lists of choices. */
export const sandboxModes = ["auto", "srt", "bwrap", "none"] as const satisfies readonly SandboxMode[];

/** The network of checks and hooks: the machine's own, or none at all. Agents have rules of their own. */
export type CommandNetwork = "open" | "none";

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
  /** How many clones are made in advance; absent: none. Only what the person's own file says. */
  readonly warm?: number;
  readonly gate: GateRules;
  readonly agents: Readonly<Record<string, AgentSettings>>;
  /** Absent: round robin over all agents, no model map. */
  readonly routing?: RoutingSettings;
  readonly limits: RunLimits;
  readonly timeoutByComplexity: Partial<Readonly<Record<Complexity, number>>>;
  readonly policy: TaskPolicy;
  readonly sandbox: SandboxMode;
  /** The person trusts the repository: its own configuration of agents counts (T8). Absent: it is ignored. */
  readonly trusted?: boolean;
  /** Absent: agents may do everything, inside the sandbox. */
  readonly permissions?: PermissionRules;
  /** Absent: open. */
  readonly commandNetwork?: CommandNetwork;
  /** Folders below hidden ones that sessions may read; only what the person's own file says. */
  readonly sandboxRead?: readonly string[];
  readonly requiredTools: readonly string[];
  /** Absent: no ports, no variables of the person's or the project's. */
  readonly environment?: EnvironmentSettings;
  /** Files whose text at the base commit is given to the agent as project instructions. */
  readonly instructionFiles: readonly string[];
  readonly git: { readonly name?: string; readonly email?: string };
  /** Absent: no budgets. */
  readonly budgets?: Budgets;
  /** Absent: the prices that orch knows. */
  readonly prices?: PriceTable;
  /** Absent: nothing is graded. */
  readonly grading?: GradingRules;
  /** Absent: the project is on no forge; results stay in the user's repository. */
  readonly forge?: ForgeSettings;
}

/** The most that may be used up; absent figures are no limit. */
export interface BudgetCap {
  /** Counted tokens, see `countedTokens`. */
  readonly tokens?: number;
  readonly usd?: number;
}

/** The budgets of a project (seed rows A146, U27). Each warns at 80 % and stops at 100 %. */
export interface Budgets {
  /** All attempts of one task. */
  readonly task: BudgetCap;
  /** All tasks of the project, ever. */
  readonly project: BudgetCap;
  /** All tasks of all projects since midnight UTC. */
  readonly daily: BudgetCap;
}

/** What is noted of a change that passed, and what needs a person (seed rows C44–C48, C53, C61). */
export interface GradingRules {
  /** What happens to a change over `maxChangedFiles` or `maxAddedLines`. */
  readonly diffBudget: "off" | "warn" | "enforce";
  readonly maxChangedFiles: number;
  readonly maxAddedLines: number;
  /** Passed checks that a change needs; 0: none. */
  readonly minChecks: number;
  /** Patterns of commands after which a person has to look; a pattern is a program and words. */
  readonly forbiddenCommands: readonly string[];
  /** The same, for what only orch may do; empty where agents may publish. */
  readonly publishCommands: readonly string[];
  /**
   * What becomes of a change whose agent had test commands fail: `strict`, a person has to look; `recovered`, only when
   * the last run of one failed, too, and no receipt of a test proves the commit.
   */
  readonly failedTests: "strict" | "recovered";
  /** Patterns of test commands that are known to fail. */
  readonly knownTestFailures: readonly string[];
  /** Patterns of commands that are tests, beside those that orch knows. */
  readonly testCommands: readonly string[];
  /** Who decides when checks are missing because the project has no tests: see `SemanticGrade`. */
  readonly mode: "rules" | "hybrid" | "model";
}
