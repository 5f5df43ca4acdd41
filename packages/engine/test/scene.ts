import {
  defaultPolicy,
  internalTaskId,
  noUsage,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTreeSha,
  unwrap,
  type AttemptOutcome,
  type AttemptRun,
  type Logger,
  type ProjectSettings,
  type Receipt,
  type Store,
  type Task,
  type TaskRef,
  type TaskSpec,
  type Verdict,
  type Workspace,
} from "@orch/core";
import { openStore } from "@orch/store";
import { absentWorkspace, bareSettings } from "@orch/testing/engine-world";
import { createFakeClock, type FakeClock } from "@orch/testing/fake-clock";
import { fixedRouter } from "@orch/testing/fixed-router";
import { onTestFinished } from "vitest";

import type { EngineDeps } from "../src/index.ts";

/** The project of the scenes. */
export const project = unwrap(parseProjectId("acme/app"));
/** Its only agent. */
export const agent = unwrap(parseAgentName("robot"));
/** The branch of every task. */
export const branch = unwrap(parseBranchName("task-x"));
/** The commit that agents make. */
export const commit = unwrap(parseCommitSha("a".repeat(40)));
export const base = unwrap(parseBranchName("main"));
const tree = unwrap(parseTreeSha("b".repeat(40)));

/** A wish. */
export const spec: TaskSpec = {
  title: "Fix it",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};

/** The task with a running number. */
export function ref(number: number): TaskRef {
  return { project, id: internalTaskId(number) };
}

/** A receipt that proves the scenes' commit, or does not. */
export function receipt(exitCode: number, check = "test"): Receipt {
  const output = { outputHash: "", outputBytes: 0, outputTail: "" };
  const times = { startedAt: 0, endedAt: 1, timedOut: false };
  return { check, argv: ["true"], exitCode, ...output, ...times, commit, tree, clean: true };
}

/** The outcome of a run with a verdict; a pass has a result that `checks` checks prove. */
export function outcomeOf(run: AttemptRun, verdict: Verdict, checks = 1): AttemptOutcome {
  const { id, attempt, assignment } = run.task;
  const record = { project, id, attempt, assignment, phase: "publishing", startedAt: 0, usage: noUsage } as const;
  const result = { branch, commit, attempt, base, checks };
  const end = { kind: "finished", attempt: record, verdict, fingerprint: "same" } as const;
  return verdict.kind === "pass" ? { ...end, result } : end;
}

/** What an engine works with in a test, and what the test may see of it. */
export interface Scene {
  readonly deps: EngineDeps;
  readonly store: Store;
  readonly clock: FakeClock;
  /** What the engine asked of the world, in order. */
  readonly asked: string[];
  /** Messages at warn and error. */
  readonly complaints: string[];
  /** What the runner does; passes at once unless a test says otherwise. */
  run: (run: AttemptRun) => Promise<AttemptOutcome>;
  policy: ProjectSettings["policy"];
  task(number: number): Promise<Task>;
}

/** A real store in memory, a clock that stands still, and a world that answers at once. */
export async function openScene(wrap: (store: Store) => Store = (store) => store): Promise<Scene> {
  const clock = createFakeClock();
  const store = wrap(await openStore({ path: ":memory:", clock }));
  onTestFinished(() => store[Symbol.asyncDispose]());
  const asked: string[] = [];
  const complaints: string[] = [];
  const scene: Scene = {
    store,
    clock,
    asked,
    complaints,
    run: async (run) => outcomeOf(run, { kind: "pass" }),
    policy: defaultPolicy,
    deps: {
      store,
      clock,
      random: counting(),
      logger: listening(complaints),
      runner: {
        run: (run) => {
          asked.push(`run ${run.task.id}/${run.task.attempt}`);
          return scene.run(run);
        },
        reap: async (owned) => {
          asked.push(`reap all but ${owned.map(({ id, attempt }) => `${id}/${attempt}`).join(" ") || "none"}`);
          return 0;
        },
        stop: async ({ task, attempt }) => void asked.push(`stop ${task.id}/${attempt}`),
        tell: async ({ id, attempt }) => void asked.push(`tell ${id}/${attempt}`),
        retire: async ({ task }) => void asked.push(`retire ${task.id}`),
      },
      workspace: workspaceOf(asked),
      router: fixedRouter(agent),
      projects: { get: (id) => (id === project ? settings(scene) : undefined), list: () => [settings(scene)] },
      availableAgents: async () => [agent],
      reasonFor: ({ class: kind }) => (kind === "usage_limit" ? "usage_limited" : "agent_failed"),
      branchFor: () => branch,
      settings: { host: "here", maxParallel: 2, leaseMs: 90_000, tickMs: 10_000, syncMs: 120_000, stuckMs: 1_800_000 },
    },
    async task(number) {
      const task = await store.task(ref(number));
      if (task === undefined) throw new Error(`there is no task int-${number}`);
      return task;
    },
  };
  return scene;
}

/** Lets everything happen that can happen now, as far as no timer is in between. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function settings({ policy }: Scene): ProjectSettings {
  return bareSettings(project, { policy });
}

function workspaceOf(asked: string[]): Workspace {
  return absentWorkspace({
    async merge({ branch: merged }) {
      asked.push(`merge ${merged}`);
      return { kind: "merged", mergeCommit: commit, moved: true };
    },
    async remove({ task }) {
      asked.push(`remove ${task.id}`);
      return { removed: true };
    },
  });
}

function listening(complaints: string[]): Logger {
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields, message) => void complaints.push(message),
    error: (_fields, message) => void complaints.push(message),
    child: () => logger,
  };
  return logger;
}

function counting(): EngineDeps["random"] {
  let count = 0;
  return {
    next: () => 0.5,
    token() {
      count += 1;
      return `token-${count}`;
    },
  };
}
