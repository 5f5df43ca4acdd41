import type { Attempt } from "../attempt.ts";
import type { CheckSpec, Receipt } from "../receipt.ts";
import type { Task, TaskNote, TaskStatus } from "../task.ts";

/** What happened in an earlier attempt, for the next one to learn from. */
export interface PastAttempt {
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
}

/** Another task of the same parent, or the parent itself. */
export interface Relative {
  readonly id: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** What its last attempt said of itself. */
  readonly summary?: string;
}

/** Where a task stands among others (seed row A77). */
export interface Relatives {
  readonly parent: Relative;
  /** In the order of their creation, at most twenty; without the task itself. */
  readonly siblings: readonly Relative[];
}

/** What is on the branch already, when a task is tried again (seed row A76). */
export interface WorkSoFar {
  /** The unified diff from the base, at most 10,000 characters. */
  readonly diff: string;
  /** The history of the branch, newest first, at most 100 lines. */
  readonly log: readonly string[];
}

/** Everything that a prompt is made of; all of it facts that orch looked up itself. */
export interface PromptInput {
  readonly task: Task;
  readonly attempt: number;
  readonly branch: string;
  readonly baseCommit: string;
  /** The clone. */
  readonly folder: string;
  readonly checks: readonly CheckSpec[];
  /** Instruction files of the project at the base commit: path to text. */
  readonly instructions: Readonly<Record<string, string>>;
  readonly tree: readonly string[];
  /** Documents of the skills that the task was given: id to text; absent: none. */
  readonly skills?: Readonly<Record<string, string>>;
  /** Ids of those of `skills` that the project requires. */
  readonly requiredSkills?: readonly string[];
  /** Glob patterns that the gate keeps for people; absent: the prompt only speaks of them in general. */
  readonly protectedPaths?: readonly string[];
  /** True: the agent can change nothing in its clone, and is asked what the task would take. */
  readonly readOnly?: boolean;
  /** What is kept for the task on this machine, beside its words; redacted. Absent: nothing. */
  readonly context?: string;
  /** Oldest first, at most three. */
  readonly past: readonly PastAttempt[];
  /** Absent: the task is nobody's part. */
  readonly relatives?: Relatives;
  /** The parts of it that others did, oldest first; absent: none. */
  readonly parts?: readonly Relative[];
  /** True: the agent divides the task into parts for others, and changes nothing. */
  readonly planning?: boolean;
  /** Absent: nothing is on the branch yet. */
  readonly soFar?: WorkSoFar;
  /** A fresh random text: the fence around what strangers wrote (SECURITY D2). */
  readonly fence: string;
  /** Where the agent may write its report, for agents without a structured answer. */
  readonly reportFile?: string;
}

/** A passage of a task that a person who looks at it does not see, or not at once. */
export interface HiddenPassage {
  /** Which text it stood in, such as `body`. */
  readonly where: string;
  /**
   * `collapsed`: a forge shows it after a click, and it stays in the prompt, and so do the words for a picture; the others
   * are taken out. `markup`: words in what makes links, pictures, tables, code and HTML.
   */
  readonly kind: "comment" | "invisible" | "terminal" | "collapsed" | "markup";
  /** What it says, at most 500 characters; invisible characters by their code points, tags as the letters they stand for. */
  readonly text: string;
}

/** The prompts of an attempt. */
export interface RenderedPrompts {
  readonly system: string;
  readonly message: string;
  /** What the task's words hide, for an audit; empty: nothing. */
  readonly hidden: readonly HiddenPassage[];
}

/** Writes the prompts. Throws `template_invalid` when a template does not fit. */
export interface PromptRenderer {
  render(input: PromptInput): RenderedPrompts;
  /** What somebody said meanwhile, as a message for the agent whose prompts had this fence. */
  note(note: TaskNote, fence: string): string;
}
