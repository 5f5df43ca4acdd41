/** One thing that a recorded agent does. Paths are relative to the clone and stay inside it. */
export type RecordingStep =
  | { readonly say: string }
  | { readonly think: string }
  | { readonly write: string; readonly content: string }
  | { readonly edit: string; readonly find: string; readonly replace: string }
  | { readonly delete: string }
  /** A program with its arguments; its exit code is told and the play goes on. */
  | { readonly run: readonly string[] }
  /** Milliseconds, stretched by the pace. */
  | { readonly wait: number }
  | { readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly costUsd?: number } }
  /** The turn fails with this class and message, and the play ends. */
  | { readonly fail: { readonly class: string; readonly message: string; readonly retryAt?: number } }
  /** Waits until a person's message has come. */
  | { readonly hear: true }
  /** Says the final report, as agents write it. */
  | { readonly report: { readonly [key: string]: unknown } }
  /** Ends the process at once with this exit code, without finishing its turn. */
  | { readonly exit: number };

/** What is played in one attempt. */
export interface RecordedAttempt {
  /** Only in this attempt; absent: in every attempt that has none of its own. */
  readonly attempt?: number;
  /** Only when the prompt holds this text. */
  readonly when?: string;
  readonly steps: readonly RecordingStep[];
}

/** A recorded run, as the file holds it. */
export interface Recording {
  readonly attempts: readonly RecordedAttempt[];
}

/**
 * The attempt to play: of those whose `when` fits the prompt (or that have none), the one of this number, else one
 * without a number, else the one with the highest lower number. Undefined: nothing is recorded for it.
 */
export function chooseAttempt(recording: Recording, attempt: number, prompt: string): RecordedAttempt | undefined {
  const fitting = recording.attempts.filter(({ when }) => when === undefined || prompt.includes(when));
  // A word about this prompt beats what is there for all prompts.
  const told = fitting.filter(({ when }) => when !== undefined);
  const pool = told.length > 0 ? told : fitting;
  const earlier = pool
    .filter((item) => item.attempt !== undefined && item.attempt < attempt)
    .toSorted((left, right) => (right.attempt ?? 0) - (left.attempt ?? 0));
  return pool.find((item) => item.attempt === attempt) ?? pool.find((item) => item.attempt === undefined) ?? earlier[0];
}
