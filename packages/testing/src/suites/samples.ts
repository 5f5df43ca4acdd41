import {
  defaultLabelNames,
  internalTaskId,
  parseProjectId,
  unwrap,
  type AgentSettings,
  type ForgeSettings,
  type Task,
  type TaskBase,
} from "@orch/core";

const sampleProjectId = unwrap(parseProjectId("acme/app"));

/** An agent's settings that start nothing. */
export const sampleAgent: AgentSettings = { driver: "command", command: ["true"], args: [], env: {}, options: {} };

/** A new task that asks for nothing in particular, and what is different. */
export function sampleTask(over: Partial<TaskBase> = {}): Task {
  return {
    project: sampleProjectId,
    id: internalTaskId(1),
    title: "Add a login page",
    body: "People want to log in.",
    labels: [],
    source: { kind: "cli" },
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
    ...over,
    status: "new",
  };
}

/** A project on a forge, as it is when nobody says more. */
export const sampleForge: ForgeSettings = {
  repository: "acme/app",
  intake: { mode: "label", strangers: "wait", bots: [] },
  labels: { profile: "orch", names: defaultLabelNames },
  mirror: "none",
  mentions: { names: [], maxRounds: 10 },
  pull: {
    linkStyle: "refs",
    draft: false,
    mergeMethod: "squash",
    checksWaitMs: 120_000,
    requiredWaitMs: 21_600_000,
    gate: "warn",
  },
  review: { enabled: false, maxCycles: 2, timeoutMs: 600_000, followup: "redispatch" },
  board: { columns: { backlog: [], in_progress: [], review: [], done: [] } },
  autoClose: true,
};
