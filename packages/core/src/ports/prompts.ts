import type { Attempt } from "../attempt.ts";
import type { CheckSpec, Receipt } from "../receipt.ts";
import type { Task } from "../task.ts";

/** What happened in an earlier attempt, for the next one to learn from. */
export interface PastAttempt {
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
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
  /** Oldest first, at most three. */
  readonly past: readonly PastAttempt[];
  /** A fresh random text: the fence around what strangers wrote (SECURITY D2). */
  readonly fence: string;
  /** Where the agent may write its report, for agents without a structured answer. */
  readonly reportFile?: string;
}

/** Writes the prompts. Throws `template_invalid` when a template does not fit. */
export interface PromptRenderer {
  render(input: PromptInput): { readonly system: string; readonly message: string };
}
