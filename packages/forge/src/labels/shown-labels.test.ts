import {
  defaultLabelNames,
  parseAgentName,
  parseProjectId,
  parseTaskId,
  unwrap,
  type Task,
  type TaskState,
} from "@orch/core";
import { expect, test } from "vitest";

import { shownLabels } from "./shown-labels.ts";

const assignment = { agent: unwrap(parseAgentName("codex")), complexity: "simple", why: "asked" } as const;

function taskIn(state: TaskState): Task {
  return {
    project: unwrap(parseProjectId("acme/shop")),
    id: unwrap(parseTaskId("12")),
    title: "Mend the door",
    body: "",
    labels: [],
    source: { kind: "github" },
    pins: {},
    priority: 0,
    dependsOn: [],
    checks: [],
    attempts: 0,
    lastAttempt: 0,
    failures: [],
    avoid: [],
    createdAt: 0,
    updatedAt: 0,
    version: 1,
    ...state,
  };
}

test.each<[TaskState, [string | undefined, string | undefined, string]]>([
  [{ status: "new" }, ["status:new", "agent:queued", "none"]],
  [{ status: "routed", assignment }, ["status:routed", "agent:queued", "agent:codex"]],
  [{ status: "in_progress", assignment, attempt: 1 }, ["status:in_progress", "agent:running", "agent:codex"]],
  [{ status: "blocked", waitingFor: [] }, ["status:blocked", undefined, "stays"]],
  [{ status: "needs_review", reason: "no_changes", detail: "" }, ["status:needs_review", "agent:stalled", "stays"]],
  [{ status: "cancelled", why: "" }, [undefined, undefined, "stays"]],
])("a task that is %j shows %j", (state, [status, lifecycle, agent]) => {
  const task = taskIn(state);
  const plain = shownLabels(task, { profile: "orch", names: defaultLabelNames });
  expect([plain.status, plain.lifecycle]).toEqual([status, undefined]);
  expect(plain.agent.kind === "is" ? plain.agent.label : plain.agent.kind).toBe(agent);
  expect(shownLabels(task, { profile: "hub", names: defaultLabelNames }).lifecycle).toBe(lifecycle);
});
