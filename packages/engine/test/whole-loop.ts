import { parseBranchName, unwrap, type IntakeSettings, type Task, type TaskId, type TaskPolicy } from "@orch/core";
import { createMemoryForge, PEOPLE, sampleForge, type MemoryForge } from "@orch/testing";
import { absentWorkspace, bareSettings, passedRun } from "@orch/testing/engine-world";
import { expect, onTestFinished } from "vitest";

import { createEngine, type EngineDeps } from "../src/index.ts";
import { agent, openScene, project, settle, type Scene } from "./scene.ts";

/** How a loop differs from the usual one: opt-in by label, merges at a person's word, a look every 30 seconds. */
export interface LoopOptions {
  readonly merge?: TaskPolicy["merge"];
  readonly reviewAgent?: boolean;
  readonly reviewer?: EngineDeps["reviewer"];
  readonly intake?: Partial<IntakeSettings>;
  readonly owner?: string;
  /** How long an agent works. */
  readonly runMs?: number;
  readonly syncMs?: number;
  /** Whom orch's token belongs to. */
  readonly self?: string;
  /** How far the forge's clock is ahead of orch's, in milliseconds. */
  readonly forgeAheadMs?: number;
}

/** An engine at work between its agent and a forge in memory, with what people see there. */
export interface Loop {
  readonly scene: Scene;
  readonly forge: MemoryForge;
  /** Lets so much time go by, and all happen that falls into it. */
  pass(ms: number): Promise<void>;
  /** Tells that something happened at an issue or pull request, and lets orch look. */
  hint(about: "issue" | "pull", number: number | string): Promise<void>;
  task(id: TaskId): Promise<Task>;
  /** The attempts so far, as `1/2`. */
  readonly runs: readonly string[];
  say(thread: number | string, body: string, as?: string): Promise<number>;
  /** What orch says there, without its marks. */
  said(thread: number | string): Promise<readonly string[]>;
  /** An issue of a maintainer's whose pull request is open. */
  inReview(as?: string): Promise<{ readonly id: TaskId; readonly pull: number; readonly commit: string }>;
  /** A check of the task's result says so. */
  report(id: TaskId, state: "pending" | "passing" | "failing"): Promise<void>;
}

/** Starts an engine that works a project's issues through to their merge; it ends with the test. */
export async function openLoop(options: LoopOptions = {}): Promise<Loop> {
  const { runMs = 1_000, syncMs = 30_000, merge = "approve_gate", reviewAgent = false } = options;
  const scene = await openScene();
  const { clock } = scene;
  const self = options.self === undefined ? {} : { self: options.self };
  const forgeClock = { ...clock, now: () => clock.now() + (options.forgeAheadMs ?? 0) };
  const forge = createMemoryForge({ project, clock: forgeClock, ...self });
  const runs: string[] = [];
  const review = { ...sampleForge.review, ...(options.owner === undefined ? {} : { owner: options.owner }) };
  const settings = bareSettings(project, {
    policy: { ...scene.policy, merge, forge: { maxReviewCycles: 2, reviewAgent } },
    forge: { ...sampleForge, review, intake: { ...sampleForge.intake, mode: "label", ...options.intake } },
    agents: { [agent]: { driver: "replay", command: [], args: [], env: {}, options: {} } },
  });
  const nameOf = (id: TaskId) => unwrap(parseBranchName(`gh-task-${id}`));
  scene.run = async (run) => {
    const { id, attempt } = run.task;
    runs.push(`${id}/${attempt}`);
    const startedAt = clock.now();
    await clock.sleep(runMs, run.signal);
    if (run.signal.aborted) return { kind: "abandoned", why: "stopped" };
    const branch = nameOf(id);
    const commit = await forge.people.push({ branch, files: { [`f${id}.txt`]: `line\n${runs.length}\n` } });
    const passed = passedRun(run, { branch, commit, startedAt });
    return passed;
  };
  const engine = createEngine({
    ...scene.deps,
    ...(options.reviewer === undefined ? {} : { reviewer: options.reviewer }),
    workspace: absentWorkspace({
      readFiles: async () => ({}),
      log: async () => [],
      remove: async () => ({ removed: true }),
    }),
    forges: { of: () => forge, key: new Uint8Array(32) },
    projects: { get: () => settings, list: () => [settings] },
    branchFor: (_template, { id }) => nameOf(id),
    settings: { ...scene.deps.settings, syncMs },
  });
  onTestFinished(() => engine[Symbol.asyncDispose]());
  await engine.start();
  await settle();

  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    while (clock.now() < end) {
      await clock.advance(Math.min(5_000, end - clock.now()));
      await settle();
      await settle();
    }
  };
  const task = async (id: TaskId): Promise<Task> => (await scene.store.task({ project, id })) ?? expect.unreachable();
  return {
    scene,
    forge,
    runs,
    pass,
    task,
    async hint(about, number) {
      await engine.look({ project, about, number: Number(number) });
      await settle();
    },
    say: (thread, body, as = PEOPLE.owner) => forge.people.comment({ thread: Number(thread), body, as }),
    async said(thread) {
      const all = await forge.comments(Number(thread));
      const own = all.filter(({ body }) => body.startsWith("<!-- orch"));
      return own.map(({ body }) => body.split("\n").slice(1).join("\n"));
    },
    async inReview(as = PEOPLE.owner) {
      const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"], as });
      await pass(2 * syncMs + runMs);
      const now = await task(id);
      if (now.status !== "in_review" || now.pull === undefined) return expect.fail(`the task is ${now.status}`);
      return { id, pull: now.pull.number, commit: now.result.commit };
    },
    async report(id, state) {
      const now = await task(id);
      if (now.status !== "in_review") return expect.fail(`the task is ${now.status}`);
      await forge.people.report({ commit: now.result.commit, name: "ci", state, kind: "check" });
    },
  };
}
