import type { OrchError } from "../errors.ts";
import type { ProjectId, TaskId, TaskRef } from "../ids.ts";
import type { Result } from "../result.ts";
import type { TaskEvent } from "../task-event.ts";
import type { Found, Task, TaskNote, TaskSpec } from "../task.ts";
import type { ForgeHint } from "./forge.ts";

/** The events that a person (or a director model) may cause. */
export type RequestedEvent = Extract<
  TaskEvent,
  {
    readonly type:
      | "task:retried"
      | "task:reopened"
      | "task:unblocked"
      | "task:cancelled"
      | "task:trusted"
      | "task:edited"
      | "task:closed"
      | "task:held"
      | "task:noted"
      | "publish:requested"
      | "review:requested"
      | "merge:requested"
      | "approval:offered"
      | "approval:given"
      | "attempt:interrupted"
      | "dependencies:added";
  }
>;

/** A wish for a new task. */
export interface CreateRequest {
  readonly project: ProjectId;
  readonly spec: TaskSpec;
  /** The number of its issue; absent: orch gives it a number of its own. */
  readonly id?: TaskId;
  /** What an earlier orch left of it; absent: it begins here. */
  readonly found?: Found;
  /** What people said about it before, oldest first; absent: nothing. */
  readonly notes?: readonly TaskNote[];
  readonly actor: string;
  /** The same key again returns the task that the first call made. */
  readonly idempotencyKey?: string;
}

/** A wish to move a task. */
export interface ActRequest {
  readonly task: TaskRef;
  readonly event: RequestedEvent;
  readonly actor: string;
  readonly idempotencyKey?: string;
}

/**
 * Decisions. Contract: what `create` and `act` answered with success is durable; refusals are values (`move_refused`,
 * `task_unknown`, `project_unknown`, `usage`); nothing of a task's failure reaches another task.
 */
export interface Engine extends AsyncDisposable {
  /** Takes over what an earlier process left, then works until it is disposed of. Sessions outlive the engine. */
  start(): Promise<void>;
  create(request: CreateRequest): Promise<Result<Task, OrchError>>;
  act(request: ActRequest): Promise<Result<Task, OrchError>>;
  /**
   * Something may have changed on a forge: looks there soon. Resolves when the look was made, and rejects when it failed
   * or the engine ended before; whoever does not wait need not listen.
   */
  look(hint: ForgeHint): Promise<void>;
  /** True when nothing is running and nothing is due now. */
  idle(): Promise<boolean>;
}
