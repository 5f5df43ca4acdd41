import type { AgentName } from "../ids.ts";
import type { ProjectSettings } from "../policy.ts";
import type { Assignment, Task } from "../task.ts";

/** What the router may know besides the task. */
export interface RoutingContext {
  readonly project: ProjectSettings;
  /** Agents that are installed here, in configured order. */
  readonly available: readonly AgentName[];
  /** The agent that was chosen last in this project; round robin goes on after it. */
  readonly lastAgent?: AgentName;
}

/** A decision that explains itself: one line per rule looked at. */
export type RouteDecision =
  | { readonly kind: "assigned"; readonly assignment: Assignment; readonly log: readonly string[] }
  | { readonly kind: "nobody"; readonly detail: string; readonly log: readonly string[] };

/** Chooses agent and model. Must not throw; the same input gives the same decision. */
export interface Router {
  route(task: Task, context: RoutingContext): Promise<RouteDecision>;
}
