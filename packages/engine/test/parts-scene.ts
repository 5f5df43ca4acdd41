import {
  defaultLabelNames,
  noUsage,
  verdictOf,
  type AgentReport,
  type AttemptOutcome,
  type AttemptRun,
  type Delegation,
  type Engine,
  type Forge,
  type Store,
  type Task,
  type TaskId,
} from "@orch/core";
import { createMemoryForge, sampleForge, type MemoryForge } from "@orch/testing";
import { onTestFinished } from "vitest";

import { createEngine, type EngineDeps } from "../src/index.ts";
import { openScene, outcomeOf, project, settle, type Scene } from "./scene.ts";

const report: AgentReport = {
  status: "in_progress",
  summary: "Two parts.",
  accomplished: [],
  remaining: [],
  files: [],
  learnings: [],
  blockers: [],
  delegations: [],
};

/** What an attempt hands out. */
export function part(title: string, labels: readonly string[] = []): Delegation {
  return { title, body: `Do ${title}.`, labels };
}

/** An engine on a forge in memory whose tasks hand parts out. */
export interface PartsScene {
  readonly scene: Scene;
  readonly forge: MemoryForge;
  /** The one at work; another one after `restart`. */
  readonly engine: Engine;
  /** Opens an issue that asks for work, and lets orch look at it. */
  wish(title: string, labels?: readonly string[]): Promise<TaskId>;
  /** Lets orch look at an issue, and everything happen that follows at once. */
  look(id: TaskId): Promise<void>;
  calm(): Promise<void>;
  task(id: TaskId): Promise<Task | undefined>;
  /** The daemon dies, and another one takes over. */
  restart(): Promise<void>;
}

/** Opens one that is not started. `wrap`, `over`: what it finds in the place of the store and of the forge's methods. */
export async function openSite(
  given: {
    readonly look?: boolean;
    readonly wrap?: (store: Store) => Store;
    readonly over?: (forge: MemoryForge) => Partial<Forge>;
  } = {},
): Promise<PartsScene> {
  const scene = await openScene(given.wrap);
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const intake = { ...sampleForge.intake, ...(given.look === true ? { strangers: "look" as const } : {}) };
  const configured = {
    ...own,
    agents: { robot: { driver: "x", command: ["x"], args: [], env: {}, options: {} } },
    policy: { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } },
    forge: { ...sampleForge, intake },
  };
  const used: Forge = { ...forge, ...given.over?.(forge) };
  const deps: EngineDeps = {
    ...scene.deps,
    projects: { get: () => configured, list: () => [configured] },
    forges: { of: () => used, key: new Uint8Array(32) },
  };
  let engine = createEngine(deps);
  onTestFinished(() => engine[Symbol.asyncDispose]());
  const look = async (id: TaskId): Promise<void> => {
    void engine.look({ project, about: "issue", number: Number(id) });
    await calm();
  };
  return {
    scene,
    forge,
    get engine() {
      return engine;
    },
    async wish(title, labels = []) {
      const id = await forge.people.openIssue({ title, labels: [defaultLabelNames.orchestrate, ...labels] });
      await look(id);
      return id;
    },
    look,
    calm,
    task: (id) => scene.store.task({ project, id }),
    async restart() {
      await engine[Symbol.asyncDispose]();
      engine = createEngine(deps);
      await engine.start();
    },
  };
}

async function calm(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await settle();
}

/** The agent hands these parts out in the attempt that is its first, and finds everything done in the next one. */
export function handsOut(parts: readonly Delegation[]): (run: AttemptRun) => Promise<AttemptOutcome> {
  return async (run) => {
    const isPart = run.task.parent !== undefined;
    const verdict =
      isPart || run.task.attempt > 1 ? verdictOf("no_changes", "as it is") : verdictOf("delegated", "parts");
    const outcome = outcomeOf(run, verdict);
    if (outcome.kind !== "finished") return outcome;
    return { ...outcome, attempt: { ...outcome.attempt, usage: noUsage, report: { ...report, delegations: parts } } };
  };
}
