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

/** What an agent did, counted from its events (seed row C42). */
export interface Activity {
  /** How many events of each type. */
  readonly events: Readonly<Record<string, number>>;
  /** Programs that it ran to their end, as far as it tells. */
  readonly commands: number;
  readonly failedCommands: number;
  /** At most five. */
  readonly slowest: readonly { readonly command: string; readonly ms: number }[];
}

/** What an attempt is worth: facts, no model's opinion (seed rows C52, C55–C59). */
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
  };
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
  /** The attempt whose conversation went on here; absent: a fresh one. */
  readonly resumes?: number;
  readonly activity?: Activity;
  /** Each window once; absent: the agent told of none. */
  readonly quota?: readonly QuotaWindow[];
  /** Such as a budget that is nearly used up; one sentence each. */
  readonly warnings?: readonly string[];
  readonly grade?: Grade;
  readonly diff?: DiffStat;
  readonly report?: AgentReport;
  readonly verdict?: Verdict;
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
