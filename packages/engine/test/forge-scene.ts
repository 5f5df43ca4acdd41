import {
  defaultPolicy,
  parseBranchName,
  unwrap,
  type AgentName,
  type Engine,
  type Forge,
  type ForgeSettings,
  type MergePolicy,
  type Task,
  type TaskId,
} from "@orch/core";
import { createRouter } from "@orch/router";
import { createMemoryForge, sampleForge, type MemoryForge } from "@orch/testing";
import { bareSettings, passedRun } from "@orch/testing/engine-world";
import { onTestFinished } from "vitest";

import { createEngine, type EngineDeps } from "../src/index.ts";
import { agent, openScene, project, settle, type Scene } from "./scene.ts";

/** An engine at work on a forge in memory, whose agent pushes a new commit with each attempt. */
export interface ForgeScene {
  readonly scene: Scene;
  readonly forge: MemoryForge;
  readonly engine: Engine;
  /** Lets so many milliseconds pass, with everything that happens in them. */
  pass(ms: number): Promise<void>;
  task(id: TaskId): Promise<Task>;
  /** Changes something about a pull request that people do, and orch's port can't. */
  alter(number: number, change: Partial<Omit<PullOf, "number">>): void;
}

type PullOf = NonNullable<ReturnType<MemoryForge["state"]["pulls"]["get"]>>;

const STEP_MS = 5_000;

/** Starts it. `over`: what the engine finds instead of the forge's own methods; `agents`: several, with the real router. */
export async function openForgeScene({
  over = () => ({}),
  merge = "approve_gate",
  runMs = 1_000,
  syncMs = 30_000,
  settings: forgeSettings = sampleForge,
  agents,
}: {
  readonly over?: (forge: MemoryForge) => Partial<Forge>;
  readonly merge?: MergePolicy;
  readonly runMs?: number;
  readonly syncMs?: number;
  readonly settings?: ForgeSettings;
  readonly agents?: readonly AgentName[];
} = {}): Promise<ForgeScene> {
  const scene = await openScene();
  const { clock, store } = scene;
  const forge = createMemoryForge({ project, clock });
  const policy = { ...defaultPolicy, merge, forge: { maxReviewCycles: 2, reviewAgent: false } };
  const plain = { driver: "x", command: [], args: [], env: {}, options: {} };
  const configured = Object.fromEntries((agents ?? []).map((name) => [name, plain] as const));
  const settings = bareSettings(project, { policy, forge: forgeSettings, agents: configured });
  const branchOf = (id: TaskId) => unwrap(parseBranchName(`gh-task-${id}`));
  scene.run = async (run) => {
    const startedAt = clock.now();
    await clock.sleep(runMs, run.signal);
    if (run.signal.aborted) return { kind: "abandoned", why: "it was stopped" };
    const branch = branchOf(run.task.id);
    const commit = await forge.people.push({ branch, files: { "a.txt": `attempt ${run.task.attempt}\n` } });
    return passedRun(run, { branch, commit, startedAt, endedAt: clock.now() });
  };
  const used: Forge = { ...forge, ...over(forge) };
  const deps: EngineDeps = {
    ...scene.deps,
    workspace: { ...scene.deps.workspace, readFiles: async () => ({}), log: async () => [] },
    forges: { of: () => used, key: new Uint8Array(32) },
    projects: { get: () => settings, list: () => [settings] },
    availableAgents: async () => agents ?? [agent],
    ...(agents === undefined ? {} : { router: createRouter() }),
    branchFor: (_template, { id }) => branchOf(id),
    settings: { ...scene.deps.settings, syncMs },
  };
  const engine = createEngine(deps);
  await engine.start();
  onTestFinished(() => engine[Symbol.asyncDispose]());
  await settleWell();
  return {
    scene,
    forge,
    engine,
    async pass(ms) {
      const end = clock.now() + ms;
      while (clock.now() < end) {
        await clock.advance(Math.min(STEP_MS, end - clock.now()));
        await settleWell();
      }
    },
    async task(id) {
      const task = await store.task({ project, id });
      if (task === undefined) throw new Error(`there is no task ${id}`);
      return task;
    },
    alter(number, change) {
      forge.state.changes += 1;
      const pull = forge.state.pulls.get(number);
      if (pull === undefined) throw new Error(`there is no pull request ${number}`);
      Object.assign(pull, change, { changed: forge.state.changes });
    },
  };
}

async function settleWell(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await settle();
}

/** A task in review with its pull request. */
export interface Reviewed extends ForgeScene {
  readonly id: TaskId;
  /** Of its pull request. */
  readonly number: number;
  readonly head: Extract<Task, { status: "in_review" }>["result"]["commit"];
}

/** A scene with an issue whose task has come into review. */
export async function openReviewed(how?: Parameters<typeof openForgeScene>[0]): Promise<Reviewed> {
  const opened = await openForgeScene(how);
  const id = await opened.forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"] });
  await opened.pass(60_000 + (how?.runMs ?? 0));
  const task = await opened.task(id);
  if (task.status !== "in_review" || task.pull === undefined) throw new Error(`the task is ${task.status}`);
  return { ...opened, id, number: task.pull.number, head: task.result.commit };
}

/** Everything speaks for the merge of a commit: its check is green, and somebody who may write approves. */
export async function approve({ forge }: ForgeScene, pull: { number: number; head: Reviewed["head"] }): Promise<void> {
  await forge.people.report({ commit: pull.head, name: "ci", state: "passing", kind: "check" });
  await forge.people.review({ number: pull.number, decision: "approve", body: "" });
}
