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
    "publish:requested": stays,
    "task:published": stays,
    // While orch is at work on it, only a merge counts: the rest is looked at when it is done.
    "pull:seen": ["done"],
  };
}

/** What an attempt may do is settled when it begins. */
function trusted(...to: readonly TaskStatus[]): Targets {
  return { "task:trusted": to };
}

/** What is said in the issue of a task that is over counts if it is taken up again. */
function afterTheEnd(stays: "done" | "cancelled"): Targets {
  return { "task:published": [stays], "task:edited": [stays], ...trusted(stays) };
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
    "parts:opened": ["new"],
  },
  routed: {
    "attempt:started": ["in_progress"],
    "dependencies:added": ["blocked"],
    ...asked,
    ...trusted("new"),
    ...onForge("routed"),
    "task:edited": ["new"],
    "parts:opened": ["new"],
    "task:noted": ["new"],
    "publish:requested": ["new"],
    "task:published": ["new"],
  },
  in_progress: {
    "attempt:finished": ["routed", "new", "in_review", "done", "needs_review", "blocked"],
    "attempt:interrupted": ["needs_review"],
    "dependencies:added": ["blocked"],
    "task:cancelled": ["cancelled"],
    ...onForge("in_progress"),
    "parts:opened": ["in_progress"],
    "dependencies:removed": ["in_progress"],
  },
  in_review: {
    ...onForge("in_review"),
    "task:noted": ["in_review", "needs_review", "new", "blocked"],
    "task:edited": ["in_review", "needs_review", "new"],
    "review:requested": ["in_review"],
    "dependencies:added": ["in_review"],
    "dependencies:removed": ["in_review"],
    "dependency:settled": ["in_review", "needs_review"],
    "pull:opened": ["in_review", "needs_review", "new"],
    "pull:seen": ["in_review", "done", "needs_review", "new"],
    "review:given": ["in_review", "needs_review", "new"],
    "merge:requested": ["in_review", "needs_review", "new"],
    "approval:offered": ["in_review", "needs_review", "new"],
    "approval:given": ["in_review", "needs_review", "new"],
    "result:merged": ["done"],
    "result:refused": ["needs_review"],
    ...asked,
  },
  done: { "task:reopened": ["new", "blocked"], ...afterTheEnd("done") },
  blocked: {
    "dependencies:added": ["blocked"],
    "dependencies:removed": ["blocked", "new"],
    "dependency:settled": ["blocked", "new", "needs_review"],
    "task:unblocked": ["new"],
    "task:cancelled": ["cancelled"],
    ...trusted("blocked"),
    ...onForge("blocked"),
    "parts:opened": ["blocked"],
  },
  needs_review: {
    "merge:requested": ["in_review"],
    "approval:offered": ["needs_review"],
    "pull:found": ["in_review"],
    "approval:given": ["in_review"],
    "task:unblocked": ["new", "in_review"],
    "dependencies:added": ["needs_review"],
    "dependencies:removed": ["needs_review"],
    ...asked,
    ...trusted("new", "blocked", "needs_review"),
    ...onForge("needs_review"),
    "pull:seen": ["done", "needs_review", "in_review", "new"],
    "parts:opened": ["needs_review"],
    "task:noted": ["needs_review", "new", "blocked"],
    "review:requested": ["in_review"],
  },
  cancelled: {
    "task:retried": ["new", "blocked"],
    "task:reopened": ["new", "blocked"],
    ...afterTheEnd("cancelled"),
  },
};

/** True when the table knows the move. */
export function mayMove(from: TaskStatus, by: TaskEventType): boolean {
  return transitions[from][by] !== undefined;
}
