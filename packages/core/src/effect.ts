import { taskKey, type AttemptRef, type CommitSha, type TaskId, type TaskRef } from "./ids.ts";

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
  /** Show the task on its forge: labels, comments, a closed issue. */
  | { readonly kind: "forge:show"; readonly task: TaskRef; readonly round: number }
  /** Open a pull request for the task's published result, or bring the open one up to date. */
  | { readonly kind: "pull:open"; readonly task: TaskRef; readonly round: number }
  /** Merge the task's pull request, if everything still speaks for it. */
  | { readonly kind: "pull:merge"; readonly task: TaskRef; readonly round: number }
  /** Have an agent look at the task's result. */
  | { readonly kind: "review:run"; readonly task: TaskRef; readonly commit: CommitSha; readonly round: number }
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
    case "forge:show":
    case "pull:open":
    case "pull:merge":
      return "forge";
    default:
      return "effects";
  }
}

/** The idempotency key of an effect: the same effect planned twice is one job. */
export function effectKey(effect: Effect): string {
  switch (effect.kind) {
    case "attempt:run":
      return `${effect.kind} ${taskKey(effect.attempt)}/${effect.attempt.attempt} ${effect.round}`;
    case "attempt:stop":
      return `${effect.kind} ${taskKey(effect.attempt)}/${effect.attempt.attempt}`;
    case "parent:wait":
      return `${effect.kind} ${taskKey(effect.task)} ${effect.child}`;
    case "task:route":
    case "forge:show":
    case "pull:open":
    case "pull:merge":
    case "review:run":
    case "result:merge":
    case "workspace:remove":
    case "dependencies:check":
    case "dependents:notify":
      return `${effect.kind} ${taskKey(effect.task)} ${effect.round}`;
  }
}

/** The task that an effect is about. */
export function effectTask(effect: Effect): TaskRef {
  const ref = "attempt" in effect ? effect.attempt : effect.task;
  return { project: ref.project, id: ref.id };
}
