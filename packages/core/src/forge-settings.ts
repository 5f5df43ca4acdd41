import type { BoardColumn } from "./ports/board.ts";
import type { MergeMethod } from "./ports/branch-rules.ts";

/** Which issues become tasks (seed rule U6): all open ones, those with an opt-in label, or those that a person asks for. */
export type IntakeMode = "all" | "label" | "manual";

/** Every mode, for lists of choices. */
export const intakeModes = ["all", "label", "manual"] as const satisfies readonly IntakeMode[];

/** Whose labels show a task's state: `orch` writes `status:*` alone, `hub` the second seed's `agent:*` beside it (U7). */
export type LabelProfile = "orch" | "hub";

/**
 * The words on labels, by what they mean. Those that end in a colon begin a label whose rest is a value. The seeds'
 * words (D.0c, B48, B49, B53).
 */
export const defaultLabelNames = {
  status_new: "status:new",
  status_routed: "status:routed",
  status_in_progress: "status:in_progress",
  status_in_review: "status:in_review",
  status_done: "status:done",
  status_blocked: "status:blocked",
  status_needs_review: "status:needs_review",
  agent: "agent:",
  model: "model:",
  complexity: "complexity:",
  priority: "priority:",
  size: "size:",
  blocked_by: "blocked-by:",
  checkin: "checkin:",
  budget: "budget:",
  parent: "parent:",
  job: "job:",
  plan: "plan",
  no_agent: "no-agent",
  no_gh: "no_gh",
  local_only: "local-only",
  approved: "orch:approved",
  orchestrate: "orchestrate",
  hub_queued: "agent:queued",
  hub_running: "agent:running",
  hub_review: "agent:review",
  hub_done: "agent:done",
  hub_stalled: "agent:stalled",
  hub_pull: "auto:pr-on-complete",
} as const;

/** What a label means. */
export type LabelMeaning = keyof typeof defaultLabelNames;

/** The words on labels, complete. */
export type LabelNames = Readonly<Record<LabelMeaning, string>>;

/** The labels of a project. */
export interface LabelSettings {
  readonly profile: LabelProfile;
  readonly names: LabelNames;
}

/** What is taken in from a forge, and from whom. */
export interface IntakeSettings {
  readonly mode: IntakeMode;
  /** `gh.sync_label`: only issues with this label, in modes `all` and `label`; absent: no such label is asked for. */
  readonly onlyLabel?: string;
  /** Logins whose wishes count, besides those who administer the repository; absent: everybody who may write to it. */
  readonly allowedAuthors?: readonly string[];
  /** The forge's own numbers of the programs whose issues are taken as reviewed, and whose labels opt in; a program's login is never looked at. */
  readonly bots: readonly number[];
  /** A stranger's issue waits for a person (`wait`), or an agent may look at it and report, and change nothing (`look`). */
  readonly strangers: "wait" | "look";
}

/** How pull requests are made. */
export interface PullSettings {
  /** How the text links the issue (U15): not in words, as a mention, or so that the merge closes it. */
  readonly linkStyle: "none" | "refs" | "closes";
  /** Every one begins as a draft; those from strangers' words, and those that hold what a person has to see, always do. */
  readonly draft: boolean;
  /** Where a branch does not allow it, another one is used that it allows. */
  readonly mergeMethod: MergeMethod;
  /** After so long without a new check of a commit there will be none; in milliseconds. */
  readonly checksWaitMs: number;
  /** After so long without a new check, those that the branch requires and nobody reported are a person's matter; in milliseconds. */
  readonly requiredWaitMs: number;
  /** What becomes of a result that is not done by the definition (U17); it is evaluated and kept in any case. */
  readonly gate: "off" | "warn" | "enforce";
}

/** How pull requests are reviewed. */
export interface ReviewSettings {
  /** An agent reviews, before people do (U12). */
  readonly enabled: boolean;
  /** Who; absent: one of another model family than the author's, where there is one. */
  readonly agent?: string;
  /** How long an agent may take for one review. */
  readonly timeoutMs: number;
  /** Rounds after which a person has to look. */
  readonly maxCycles: number;
  /** What asked-for changes become (U13): another attempt at the same task, or tasks of their own. Never both. */
  readonly followup: "redispatch" | "tasks";
  /** The login that is called when a person is needed, without an `@`; absent: nobody is. */
  readonly owner?: string;
}

/** How people call orch in comments. */
export interface MentionSettings {
  /** Without an `@`; empty: the name of orch's own program, where it is one, `orch` and `orchestrator`. */
  readonly names: readonly string[];
  /** So many calls in one issue in a row count, until a person says something without a call. */
  readonly maxRounds: number;
}

/** How tasks stand on a board. */
export interface BoardSettings {
  /** The board that the project's file names; a board that a person linked comes before it. */
  readonly id?: string;
  /** The id or name of the field that holds the column; absent: `Status`. */
  readonly field?: string;
  /** Ids or names of choices, the first that the board has counts; a column without any is found by its usual names. */
  readonly columns: Readonly<Record<BoardColumn, readonly string[]>>;
}

/** A project on a forge: where its tasks come from and its results go, resolved and complete. */
export interface ForgeSettings {
  /** The repository there, `owner/name`. */
  readonly repository: string;
  /** The address of its API; absent: that of github.com. Only the person's own file says it: tokens are sent there. */
  readonly apiUrl?: string;
  /** The fork that branches are pushed to, `owner/name`; absent: the repository itself. Only the person's own file says it. */
  readonly fork?: string;
  readonly intake: IntakeSettings;
  readonly labels: LabelSettings;
  /** Which of an agent's messages become comments (U31), besides its status and its results. */
  readonly mirror: "none" | "milestones" | "all";
  readonly mentions: MentionSettings;
  readonly pull: PullSettings;
  readonly review: ReviewSettings;
  readonly board: BoardSettings;
  /** The issue of a done task is closed (A6). */
  readonly autoClose: boolean;
}
