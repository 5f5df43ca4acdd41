import type { AgentFailure, Usage } from "../agent-event.ts";
import type { Attempt } from "../attempt.ts";
import type { ProjectSettings } from "../policy.ts";
import type { Task } from "../task.ts";

/** What came of a question: an answer that conforms to its schema, or why there is none. */
export type TextReply = {
  /** What the question used up, as far as the model tells it. */
  readonly usage?: Usage;
} & (
  | { readonly kind: "answer"; readonly value: unknown }
  /** `failure`: the model's service, or its program, said no; absent: the answer was of no use. */
  | { readonly kind: "failed"; readonly why: string; readonly failure?: AgentFailure }
);

/**
 * One cheap question to a language model, for routing and grading. Contract: `answer` conforms to `schema` (a JSON
 * Schema) or the call resolves to a failure; it never throws for what the model did.
 */
export interface TextModel {
  ask(question: {
    readonly prompt: string;
    readonly schema: Readonly<Record<string, unknown>>;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  }): Promise<TextReply>;
}

/** Asks a model whether a change may pass without checks; must not throw. */
export type EvidenceJudge = (request: {
  readonly task: Task;
  readonly project: ProjectSettings;
  readonly attempt: Attempt;
  /** The JSON Schema of the answer. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}) => Promise<TextReply>;
