import {
  internalTaskId,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  silentLogger,
  systemRandom,
  unwrap,
  type AttemptRunner,
  type Clock,
  type Engine,
  type NewJob,
  type Store,
  type Task,
  type TaskSpec,
} from "@orch/core";
import { createEngine } from "@orch/engine";
import { absentWorkspace, bareSettings, passedRun } from "@orch/testing/engine-world";
import { fixedRouter } from "@orch/testing/fixed-router";

const agent = unwrap(parseAgentName("instant"));
const branch = unwrap(parseBranchName("task"));
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

const settings = bareSettings(project);

/** The real engine over a store, with a runner that is done at once and a world that is never asked. */
export function instantEngine(store: Store, clock: Clock): Engine {
  return createEngine({
    store,
    runner: instantRunner(clock),
    router: fixedRouter(agent),
    workspace: absentWorkspace(),
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
    run: async (run) => passedRun(run, { branch, commit, startedAt: clock.now() }),
    reap: async () => 0,
    stop: async () => undefined,
    tell: async () => undefined,
    retire: async () => undefined,
  };
}

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
