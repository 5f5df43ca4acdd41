import { taskKey, type AttemptRef, type CommitSha, type TaskId, type TaskRef } from "./ids.ts";
import type { ReviewWords } from "./ports/forge.ts";

/**
 * Something to do in the world. `round` is the task's version right after the move that planned the effect: it makes the
 * key unique, and a handler whose task has moved on since knows that its effect is stale.
 *
 * Effects are enqueued in the transaction that decides them, run afterwards at least once, and look before they act
 * (law 2).
 */
export type Effect =
  /** Ask the router. */
  | { readonly kind: "task:route"; readonly task: TaskRef; readonly round: number }
  /** Run one attempt to its end. */
  | {
      readonly kind: "attempt:run";
      readonly attempt: AttemptRef;
      readonly agent: string;
      readonly round: number;
    }
  /** End whatever of an attempt is still alive; `run` is the key of the effect that runs it. */
  | { readonly kind: "attempt:stop"; readonly attempt: AttemptRef; readonly run: string; readonly why: string }
  /** Tell the agent that works what people said since its prompt was written. */
  | { readonly kind: "notes:tell"; readonly attempt: AttemptRef; readonly round: number }
  /** Merge the task's published result. */
  | { readonly kind: "result:merge"; readonly task: TaskRef; readonly round: number }
  /** Tell the tasks that wait for this one. */
  | {
      readonly kind: "dependents:notify";
      readonly task: TaskRef;
      readonly as: "done" | "cancelled";
      readonly round: number;
    }
  /** Look whether the tasks this one waits for have already ended. */
  | {
      readonly kind: "dependencies:check";
      readonly task: TaskRef;
      readonly waitingFor: readonly TaskId[];
      readonly round: number;
    }
  /** Let a parent that has not begun wait for a new child (seed row A11). */
  | { readonly kind: "parent:wait"; readonly task: TaskRef; readonly child: TaskId }
  /** Make tasks of what an attempt handed out: sub-issues, where the task is an issue. */
  | { readonly kind: "parts:open"; readonly task: TaskRef; readonly from: number }
  /** Show the task on its forge: labels, comments, a closed issue. `at`: once more although nothing happened, as of then. */
  | { readonly kind: "forge:show"; readonly task: TaskRef; readonly round: number; readonly at?: number }
  /** Open an issue for a task that began here. */
  | {
      readonly kind: "issue:open";
      readonly task: TaskRef;
      readonly labels: readonly string[];
      readonly round: number;
    }
  /** Open a pull request for the task's published result, or bring the open one up to date. */
  | { readonly kind: "pull:open"; readonly task: TaskRef; readonly round: number }
  /** Merge the task's pull request, if everything still speaks for it. */
  | { readonly kind: "pull:merge"; readonly task: TaskRef; readonly round: number }
  /** Have an agent look at the task's result. */
  | { readonly kind: "review:run"; readonly task: TaskRef; readonly commit: CommitSha; readonly round: number }
  /** Show what a review agent said on the pull request with this number. */
  | {
      readonly kind: "review:show";
      readonly task: TaskRef;
      readonly pull: number;
      readonly commit: CommitSha;
      readonly words: ReviewWords;
      readonly round: number;
    }
  /** Remove the task's clone, after rescuing what is only there. */
  | { readonly kind: "workspace:remove"; readonly task: TaskRef; readonly round: number };

/** The kinds of effects. */
export type EffectKind = Effect["kind"];

/** The queues: attempts are limited and long, what a forge is asked waits for its answers, everything else is quick. */
export type QueueName = "attempts" | "effects" | "forge";

/** Every queue. */
export const queueNames: readonly QueueName[] = ["attempts", "effects", "forge"];

/** An effect with its time. */
export interface PlannedEffect {
  readonly effect: Effect;
  /** Not before this time (epoch milliseconds). */
  readonly notBefore?: number;
  readonly priority: number;
}

/** The queue that an effect belongs to. */
export function queueOf(effect: Effect): QueueName {
  switch (effect.kind) {
    case "attempt:run":
    case "review:run":
      return "attempts";
    case "parts:open":
    case "forge:show":
    case "issue:open":
    case "pull:open":
    case "pull:merge":
    case "review:show":
      return "forge";
    default:
      return "effects";
  }
}

/** The idempotency key of an effect: the same effect planned twice is one job. */
export function effectKey(effect: Effect): string {
  switch (effect.kind) {
    case "attempt:run":
    case "notes:tell":
      return `${effect.kind} ${taskKey(effect.attempt)}/${effect.attempt.attempt} ${effect.round}`;
    case "attempt:stop":
      return `${effect.kind} ${taskKey(effect.attempt)}/${effect.attempt.attempt}`;
    case "parent:wait":
      return `${effect.kind} ${taskKey(effect.task)} ${effect.child}`;
    case "parts:open":
      return `${effect.kind} ${taskKey(effect.task)}/${effect.from}`;
    case "forge:show":
      return `${effect.kind} ${taskKey(effect.task)} ${effect.round}${effect.at === undefined ? "" : ` ${effect.at}`}`;
    default:
      return `${effect.kind} ${taskKey(effect.task)} ${effect.round}`;
  }
}

/** The task that an effect is about. */
export function effectTask(effect: Effect): TaskRef {
  const ref = "attempt" in effect ? effect.attempt : effect.task;
  return { project: ref.project, id: ref.id };
}
