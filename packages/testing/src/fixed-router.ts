import type { Assignment, Router } from "@orch/core";

/** A router that gives every task the same agent and learns nothing, for tests of everything but routing. */
export function fixedRouter(agent: Assignment["agent"]): Router {
  const assignment: Assignment = { agent, complexity: "medium", why: "the only one" };
  return {
    route: async () => ({ kind: "assigned", assignment, log: [] }),
    learn: (_before, { now }) => ({ weight: 1, at: now }),
  };
}
