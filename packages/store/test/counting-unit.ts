import { internalTaskId, parseProjectId, unwrap, type Task, type TaskRef, type TaskSpec, type Unit } from "@orch/core";

/** The task that counting units count on. */
export const countedTask: TaskRef = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(1) };

const spec: TaskSpec = {
  title: "Count",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};

/** The unit that brings the counted task from version `number - 1` to `number`, with an event, a job and a cursor. */
export function countingUnit(number: number, { padding = 0 }: { readonly padding?: number } = {}): Unit {
  const { title } = spec;
  const task: Task = {
    ...spec,
    ...countedTask,
    status: "new",
    attempts: 0,
    lastAttempt: 0,
    failures: [],
    avoid: [],
    createdAt: 1,
    updatedAt: number,
    version: number,
  };
  const event = { type: "task:created", spec: { ...spec, title, body: "x".repeat(padding) } } as const;
  return {
    expect: { task: countedTask, version: number - 1 },
    events: [{ ...countedTask, key: `event ${number}`, at: number, actor: "counter", event, status: "new" }],
    writes: [
      { kind: "task:put", task },
      { kind: "cursor:put", name: "count", value: number },
    ],
    enqueue: [
      {
        queue: "effects",
        key: `job ${number}`,
        exclusive: `job ${number}`,
        dims: { agent: "codex", model: "big" },
        priority: 0,
        notBefore: 0,
        effect: { kind: "task:route", task: countedTask, round: number },
      },
    ],
  };
}
