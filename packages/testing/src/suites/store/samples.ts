import {
  internalTaskId,
  noUsage,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTreeSha,
  unwrap,
  type Assignment,
  type Attempt,
  type AttemptRef,
  type NewEvent,
  type NewJob,
  type Receipt,
  type StepRecord,
  type Task,
  type TaskRef,
  type TaskSpec,
  type TaskState,
} from "@orch/core";

/** The project of all samples. */
export const sampleProject = unwrap(parseProjectId("acme/app"));

/** The task with a running number. */
export function sampleRef(number = 1): TaskRef {
  return { project: sampleProject, id: internalTaskId(number) };
}

/** What a sample task was created from. */
export const sampleSpec: TaskSpec = {
  title: "Add a login page",
  body: "With a form.",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};

/** A task at version 1, new unless told otherwise. */
export function sampleTask(number = 1, over: Partial<Omit<Task, "status">> & TaskState = { status: "new" }): Task {
  return {
    ...sampleSpec,
    ...sampleRef(number),
    attempts: 0,
    lastAttempt: 0,
    failures: [],
    avoid: [],
    createdAt: 1,
    updatedAt: 1,
    version: 1,
    ...over,
  };
}

/** The creation of a sample task, under a key of its own. */
export function sampleEvent(key: string, over: Partial<NewEvent> = {}): NewEvent {
  return {
    ...sampleRef(),
    key,
    at: 1,
    actor: "cli:tester",
    event: { type: "task:created", spec: sampleSpec },
    status: "new",
    ...over,
  };
}

/** A job without dimensions that excludes nobody. */
export function sampleJob(key: string, over: Partial<NewJob> = {}): NewJob {
  return {
    queue: "effects",
    key,
    exclusive: key,
    dims: {},
    priority: 0,
    notBefore: 0,
    effect: { kind: "task:route", task: sampleRef(), round: 1 },
    ...over,
  };
}

const sampleAssignment: Assignment = {
  agent: unwrap(parseAgentName("codex")),
  complexity: "medium",
  why: "It is the only one.",
};

/** A finished attempt with everything that one can have. */
export function sampleAttempt(ref: AttemptRef): Attempt {
  return {
    ...ref,
    assignment: sampleAssignment,
    phase: "finished",
    startedAt: 10,
    endedAt: 20,
    branch: unwrap(parseBranchName("orch/int-1")),
    commit: unwrap(parseCommitSha("a".repeat(40))),
    usage: { ...noUsage, inputTokens: 3, costUsd: 0.25 },
    diff: {
      files: [{ path: "src/ö.ts", change: "added", added: 1, deleted: 0, binary: false }],
      added: 1,
      deleted: 0,
    },
    verdict: { kind: "retryable", reason: "checks_failed", detail: "The tests failed." },
    lesson: "Run the tests.",
  };
}

/** A step that has started. */
export function sampleStep(ref: AttemptRef, over: Partial<StepRecord> = {}): StepRecord {
  return { ...ref, step: "prepare", state: "started", output: null, startedAt: 10, ...over };
}

/** A receipt of a check that passed. */
export function sampleReceipt(check: string, over: Partial<Receipt> = {}): Receipt {
  return {
    check,
    argv: ["npm", "test"],
    exitCode: 0,
    timedOut: false,
    outputHash: "0".repeat(64),
    outputBytes: 2,
    outputTail: "ok",
    startedAt: 10,
    endedAt: 20,
    commit: unwrap(parseCommitSha("a".repeat(40))),
    tree: unwrap(parseTreeSha("b".repeat(40))),
    clean: true,
    ...over,
  };
}
