import type { AgentReport, Usage } from "./agent-event.ts";
import type { AttemptRef, BranchName, CommitSha, SessionId, TreeSha } from "./ids.ts";
import type { Json } from "./json.ts";
import type { SessionConfinement } from "./ports/sandbox.ts";
import type { Assignment } from "./task.ts";
import type { Reason, Verdict } from "./verdict.ts";

/** Where an attempt is. `waiting_*` and `iterating` belong to attempts that live on as pull requests. */
export type AttemptPhase =
  | "queued"
  | "preparing"
  | "prompting"
  | "running"
  | "validating"
  | "publishing"
  | "waiting_checks"
  | "waiting_review"
  | "iterating"
  | "finished";

/** The steps of the runner, in order. Each is durable and resumes where it stopped. */
export const stepNames = [
  "prepare",
  "prompt",
  "launch",
  "run",
  "collect",
  "check",
  "gate",
  "publish",
  "report",
] as const;

/** The name of a step. */
export type StepName = (typeof stepNames)[number];

/** What one changed file amounts to. */
export interface FileChange {
  readonly path: string;
  readonly change: "added" | "modified" | "deleted" | "renamed" | "type_changed";
  readonly added: number;
  readonly deleted: number;
  readonly binary: boolean;
}

/** The size of a change. */
export interface DiffStat {
  readonly files: readonly FileChange[];
  readonly added: number;
  readonly deleted: number;
}

/** A command of an agent that the configuration keeps from it. */
export interface Breach {
  /** `forbidden`: by `policy.forbidden_commands`; `publish`: by `policy.publish_commands`. */
  readonly kind: "forbidden" | "publish";
  /** The pattern that it fits. */
  readonly pattern: string;
  /** As the agent's protocol tells it, shortened. */
  readonly command: string;
}

/** A test command that an agent ran, with what came of it. Told by the agent's protocol: no proof, unlike a receipt. */
export interface TestRun {
  /** The program with its arguments. */
  readonly command: string;
  readonly runs: number;
  readonly failures: number;
  /** Whether the last run ended well; absent: the agent does not tell. */
  readonly passedLast?: boolean;
  /** True: the configuration expects it to fail. */
  readonly known?: boolean;
}

/** What a command of an agent was for, as far as its program tells. */
export type CommandCategory = "test" | "validation" | "git" | "install" | "look" | "other";

/** What an agent did, counted from its events (seed row C42). Fields without a value come from earlier versions. */
export interface Activity {
  /** How many events of each type. */
  readonly events: Readonly<Record<string, number>>;
  /** Programs that it ran to their end, as far as it tells. */
  readonly commands: number;
  readonly failedCommands: number;
  /** At most ten. */
  readonly slowest: readonly { readonly command: string; readonly ms: number }[];
  /** Commands that it ran more than once, most often first; at most ten. */
  readonly frequent?: readonly { readonly command: string; readonly runs: number }[];
  /** How long its commands took: quantiles and sum in milliseconds, over those that tell. */
  readonly durations?: { readonly p50: number; readonly p90: number; readonly total: number };
  /** How many commands of each kind. */
  readonly categories?: Partial<Readonly<Record<CommandCategory, number>>>;
  /** At most 30. */
  readonly tests?: readonly TestRun[];
  /** Linters and type checkers whose last run ended well; at most ten. */
  readonly validated?: readonly string[];
  /** At most 20; absent: none. */
  readonly breaches?: readonly Breach[];
}

/**
 * Whether a change may pass without the checks that the policy asks for, because its project has no tests (seed row
 * C53). Never merged without a person: no receipt proves it.
 */
export interface SemanticGrade {
  /** `facts`: a linter or type checker passed and the change is small; `model`: a model was asked. */
  readonly by: "facts" | "model";
  readonly accepted: boolean;
  /** One sentence. */
  readonly why: string;
}

/** What an attempt is worth: facts, and where it says so a model's opinion (seed rows C52, C55–C59). */
export interface Grade {
  /** `pass`, or the reason of the verdict. */
  readonly outcome: "pass" | Reason;
  readonly nextAction: "advance" | "retry" | "escalate";
  readonly evidence: {
    readonly checksPassed: number;
    readonly checksFailed: number;
    readonly changedFiles: number;
    readonly addedLines: number;
    readonly commands: number;
    readonly failedCommands: number;
    /** Different test commands that the agent ran; absent in records of earlier versions. */
    readonly testCommands?: number;
    /** How many of them failed at least once. */
    readonly failedTests?: number;
  };
  /** What a pass rests on, where it is not plain (seed rows C49, C53). */
  readonly basis?: "known_test_failures" | "recovered_test_failures" | "no_tests_but_validated";
  /** What a person should know although it decided nothing. */
  readonly notes: readonly string[];
  /** One sentence. */
  readonly insight: string;
}

/** A window of an account's quota, as its agent told of it last. */
export interface QuotaWindow {
  /** Such as `five_hour`, `weekly`; in the agent's words. */
  readonly window: string;
  readonly status: "allowed" | "warning" | "rejected";
  /** From 0 to 100. */
  readonly usedPercent?: number;
  /** When it resets (epoch milliseconds). */
  readonly resetsAt?: number;
  /** When the agent told it (epoch milliseconds). */
  readonly seenAt: number;
}

/** A message to a running agent, or a line that was typed on its terminal. `text`: at most 4,000 characters. */
export interface SaidByPeople {
  readonly from: string;
  readonly text: string;
}

/** One try of a task by one agent. */
export interface Attempt extends AttemptRef {
  readonly assignment: Assignment;
  readonly phase: AttemptPhase;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly branch?: BranchName;
  readonly baseCommit?: CommitSha;
  /** The commit that was collected, checked and (after a pass) published. */
  readonly commit?: CommitSha;
  readonly tree?: TreeSha;
  readonly session?: SessionId;
  /** How the agent was really confined, once it has run. */
  readonly confinement?: SessionConfinement;
  /** With its cost: the agent's own figure, else by the price of `model`, else none. */
  readonly usage: Usage;
  /** The model that the agent names itself. */
  readonly model?: string;
  /** The agent's own name for its conversation. */
  readonly agentSession?: string;
  /** The attempt whose result this one brought on top of its base, without an agent: report and activity are that one's. */
  readonly updates?: number;
  /** The attempt whose conversation went on here; absent: a fresh one. */
  readonly resumes?: number;
  /** Ids of the notes that its agent's conversation knows: by its prompt, or told while it ran; absent: none. */
  readonly heard?: readonly string[];
  /** What people told its agent in its session, besides notes, oldest first, at most twenty; absent: nothing. */
  readonly said?: readonly SaidByPeople[];
  readonly activity?: Activity;
  /** Each window once; absent: the agent told of none. */
  readonly quota?: readonly QuotaWindow[];
  /** Such as a budget that is nearly used up; one sentence each. */
  readonly warnings?: readonly string[];
  readonly semantic?: SemanticGrade;
  readonly grade?: Grade;
  readonly diff?: DiffStat;
  readonly report?: AgentReport;
  readonly verdict?: Verdict;
  /** The first 16 hexadecimal digits of the SHA-256 of both prompts; absent: there were none. */
  readonly promptDigest?: string;
  /** The end of its agent's error output, redacted, at most 2,000 characters; absent: it passed, or there was none. */
  readonly errorTail?: string;
  /** What the next attempt should know, beyond the report: a bounded text made by orch from facts. */
  readonly lesson?: string;
}

/** The durable record of one step of one attempt. */
export interface StepRecord extends AttemptRef {
  readonly step: StepName;
  readonly state: "started" | "done";
  /** What the step learnt; later steps and a resumed runner read it. */
  readonly output: Json;
  readonly startedAt: number;
  readonly endedAt?: number;
}
