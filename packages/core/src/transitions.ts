import type { TaskEventType } from "./task-event.ts";
import type { TaskStatus } from "./task.ts";

type Targets = Partial<Readonly<Record<TaskEventType, readonly TaskStatus[]>>>;

const asked: Targets = {
  "task:cancelled": ["cancelled"],
  "task:retried": ["new", "blocked"],
};

/** What an attempt may do is settled when it begins. */
function trusted(...to: readonly TaskStatus[]): Targets {
  return { "task:trusted": to };
}

/**
 * The one table of moves: from a status, by an event, to the statuses it may end in. What is not listed is refused as a
 * value. `docs/architecture.md` shows it; a property test holds `advance` to it.
 */
export const transitions: Readonly<Record<TaskStatus, Targets>> = {
  new: {
    "task:routed": ["routed"],
    "task:unroutable": ["needs_review"],
    "dependencies:added": ["blocked"],
    "task:cancelled": ["cancelled"],
    ...trusted("new"),
  },
  routed: {
    "attempt:started": ["in_progress"],
    "dependencies:added": ["blocked"],
    ...asked,
    ...trusted("new"),
  },
  in_progress: {
    "attempt:finished": ["routed", "new", "in_review", "done", "needs_review"],
    "attempt:interrupted": ["needs_review"],
    "dependencies:added": ["blocked"],
    "task:cancelled": ["cancelled"],
  },
  in_review: {
    "merge:requested": ["in_review"],
    "result:merged": ["done"],
    "result:refused": ["needs_review"],
    ...asked,
  },
  done: {},
  blocked: {
    "dependencies:added": ["blocked"],
    "dependency:settled": ["blocked", "new", "needs_review"],
    "task:unblocked": ["new"],
    "task:cancelled": ["cancelled"],
    ...trusted("blocked"),
  },
  needs_review: {
    "merge:requested": ["in_review"],
    "task:unblocked": ["new"],
    ...asked,
    ...trusted("new", "blocked", "needs_review"),
  },
  cancelled: { "task:retried": ["new", "blocked"] },
};

/** True when the table knows the move. */
export function mayMove(from: TaskStatus, by: TaskEventType): boolean {
  return transitions[from][by] !== undefined;
}
