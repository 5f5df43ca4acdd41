import type { TaskEventType } from "./task-event.ts";
import type { TaskStatus } from "./task.ts";

type Targets = Partial<Readonly<Record<TaskEventType, readonly TaskStatus[]>>>;

const asked: Targets = {
  "task:cancelled": ["cancelled"],
  "task:retried": ["new", "blocked"],
};

/** What may happen on a forge at any time before the end. */
function onForge(...stays: readonly TaskStatus[]): Targets {
  return {
    "task:held": ["needs_review"],
    "task:noted": stays,
    "task:edited": stays,
    "task:closed": ["done", "cancelled"],
    // While orch is at work on it, only a merge counts: the rest is looked at when it is done.
    "pull:seen": ["done"],
  };
}

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
    ...onForge("new"),
  },
  routed: {
    "attempt:started": ["in_progress"],
    "dependencies:added": ["blocked"],
    ...asked,
    ...trusted("new"),
    ...onForge("routed"),
    "task:edited": ["new"],
    "task:noted": ["new"],
  },
  in_progress: {
    "attempt:finished": ["routed", "new", "in_review", "done", "needs_review"],
    "attempt:interrupted": ["needs_review"],
    "dependencies:added": ["blocked"],
    "task:cancelled": ["cancelled"],
    ...onForge("in_progress"),
  },
  in_review: {
    ...onForge("in_review"),
    "task:noted": ["in_review", "new", "blocked"],
    "review:requested": ["in_review"],
    "pull:opened": ["in_review"],
    "pull:seen": ["in_review", "done", "needs_review", "new"],
    "review:given": ["in_review", "needs_review", "new"],
    "merge:requested": ["in_review"],
    "result:merged": ["done"],
    "result:refused": ["needs_review"],
    ...asked,
  },
  done: { "task:reopened": ["new", "blocked"] },
  blocked: {
    "dependencies:added": ["blocked"],
    "dependency:settled": ["blocked", "new", "needs_review"],
    "task:unblocked": ["new"],
    "task:cancelled": ["cancelled"],
    ...trusted("blocked"),
    ...onForge("blocked"),
  },
  needs_review: {
    "merge:requested": ["in_review"],
    "task:unblocked": ["new"],
    ...asked,
    ...trusted("new", "blocked", "needs_review"),
    ...onForge("needs_review"),
    "task:noted": ["needs_review", "new", "blocked"],
    "review:requested": ["in_review"],
  },
  cancelled: { "task:retried": ["new", "blocked"], "task:reopened": ["new", "blocked"] },
};

/** True when the table knows the move. */
export function mayMove(from: TaskStatus, by: TaskEventType): boolean {
  return transitions[from][by] !== undefined;
}
