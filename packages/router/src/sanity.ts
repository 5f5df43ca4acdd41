import type { AgentName, Task } from "@orch/core";

import type { Classification } from "./classification.ts";

const BACKEND = new Set(["backend", "api", "database", "db"]);
const WRITING = new Set(["docs", "documentation", "writing"]);

/** What looks odd about a classification (seed row A47); undefined: nothing. It changes no decision. */
export function oddities(
  task: Task,
  chosen: { readonly agent: AgentName; readonly said: Classification },
): string | undefined {
  const labels = task.labels.map((label) => label.toLowerCase().trim());
  const { agent, said } = chosen;
  const found = [
    ...(agent === "claude" && labels.some((label) => BACKEND.has(label))
      ? ["backend-labeled task routed to claude"]
      : []),
    ...(agent === "codex" && labels.some((label) => WRITING.has(label)) ? ["docs-labeled task routed to codex"] : []),
    ...(said.profile.skills.length === 0 ? ["profile missing skills"] : []),
  ];
  return found.length === 0 ? undefined : found.join("; ");
}
