import {
  internalTaskId,
  noUsage,
  orchError,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  silentLogger,
  systemRandom,
  unwrap,
  defaultPolicy,
  type AttemptRunner,
  type Clock,
  type Engine,
  type NewJob,
  type ProjectSettings,
  type Store,
  type Task,
  type TaskSpec,
  type Workspace,
} from "@orch/core";
import { createEngine } from "@orch/engine";
import { fixedRouter } from "@orch/testing/fixed-router";

const agent = unwrap(parseAgentName("instant"));
const branch = unwrap(parseBranchName("task"));
const base = unwrap(parseBranchName("main"));
const commit = unwrap(parseCommitSha("a".repeat(40)));

/** The project of all measured tasks. */
export const project = unwrap(parseProjectId("acme/app"));

/** A wish. */
export const spec: TaskSpec = {
  title: "Measure",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};

const settings: ProjectSettings = {
  id: project,
  source: "/repository",
  branchTemplate: "",
  checks: [],
  hooks: {},
  gate: { protectedPaths: [], maxFiles: 1, maxBytes: 1, maxFileBytes: 1 },
  agents: {},
  limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
  timeoutByComplexity: {},
  policy: defaultPolicy,
  sandbox: "none",
  requiredTools: [],
  instructionFiles: [],
  git: {},
};

/** The real engine over a store, with a runner that is done at once and a world that is never asked. */
export function instantEngine(store: Store, clock: Clock): Engine {
  return createEngine({
    store,
    runner: instantRunner(clock),
    router: fixedRouter(agent),
    workspace: noWorkspace,
    projects: { get: () => settings, list: () => [settings] },
    availableAgents: async () => [agent],
    reasonFor: () => "agent_failed",
    branchFor: () => branch,
    clock,
    random: systemRandom,
    logger: silentLogger,
    settings: { host: "bench", maxParallel: 4, leaseMs: 90_000, tickMs: 10_000, syncMs: 120_000, stuckMs: 1_800_000 },
  });
}

function instantRunner(clock: Clock): AttemptRunner {
  return {
    async run({ task }) {
      const { project: owner, id, attempt, assignment } = task;
      const record = { project: owner, id, attempt, assignment, phase: "publishing", startedAt: clock.now() } as const;
      const result = { branch, commit, attempt, base, checks: 0 };
      return {
        kind: "finished",
        attempt: { ...record, usage: noUsage },
        verdict: { kind: "pass" },
        fingerprint: "",
        result,
      };
    },
    reap: async () => 0,
    stop: async () => undefined,
    retire: async () => undefined,
  };
}

async function refuse(): Promise<never> {
  throw orchError("internal", "the bench needs no workspace");
}

const noWorkspace: Workspace = {
  prepare: refuse,
  readFiles: refuse,
  listFiles: refuse,
  tidyCommands: () => [],
  verifyCommand: () => ({ name: "", argv: [], env: {}, accept: [] }),
  scrubCommand: () => ({ name: "", argv: [], env: {}, accept: [] }),
  lookAround: refuse,
  changedAround: refuse,
  disarm: refuse,
  collect: refuse,
  inspect: refuse,
  publish: refuse,
  merge: refuse,
  diff: refuse,
  log: refuse,
  remove: refuse,
};

/** Fills a store with open tasks: each waits for a retry that is not due for a day. */
export async function fillWithOpenTasks(
  store: Store,
  input: { readonly tasks: number; readonly now: number },
): Promise<void> {
  const { tasks, now } = input;
  const numbers = Array.from({ length: tasks }, (_, index) => index + 1);
  await store.commit({
    writes: numbers.map((number) => ({ kind: "task:put", task: waitingTask(number, now) })),
    enqueue: numbers.map((number) => retryLater(number, now + 86_400_000)),
  });
}

function waitingTask(number: number, now: number): Task {
  const counters = { attempts: 1, lastAttempt: 1, failures: [], avoid: [], version: 4 };
  return {
    ...spec,
    ...counters,
    project,
    id: internalTaskId(number),
    createdAt: now,
    updatedAt: now,
    status: "routed",
    assignment: { agent, complexity: "medium", why: "the only one" },
  };
}

function retryLater(number: number, notBefore: number): NewJob {
  const id = internalTaskId(number);
  const key = `attempt:run ${id}`;
  const effect = { kind: "attempt:run", attempt: { project, id, attempt: 2 }, agent, round: 4 } as const;
  const dims = { queue: "attempts", project, agent };
  return { queue: "attempts", key, exclusive: key, dims, priority: 0, notBefore, effect };
}
