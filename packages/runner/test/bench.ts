import {
  internalTaskId,
  orchError,
  sessionIdOf,
  unwrap,
  parseProjectId,
  type AttemptRef,
  type SessionId,
  type SessionSummary,
} from "@orch/core";
import type { AttemptRunnerBench, Mishap } from "@orch/testing";

import { createRunner } from "../src/index.ts";
import { change, check } from "./scene-facts.ts";
import { openScene, type Scene } from "./scene.ts";

const settings = { checks: [check("lint"), check("test")], hooks: { afterCreate: check("set-up") } };
const project = unwrap(parseProjectId("acme/app"));

const befall: Readonly<Record<Mishap, (scene: Scene) => void>> = {
  "the agent fails": (scene) => {
    scene.conclusion = { ...scene.conclusion, failure: { class: "network", message: "no connection" } };
  },
  "the agent is lost": (scene) => void (scene.ends = { agent: { lost: 1 } }),
  "the agent leaves processes": (scene) => void (scene.ends = { agent: { survivors: 1 } }),
  "the agent changes nothing": (scene) =>
    void (scene.collected = change({ diff: { files: [], added: 0, deleted: 0 } })),
  "the agent leaves its branch": (scene) => void (scene.collected = change({ strays: ["other"] })),
  "the agent commits a secret": (scene) =>
    void (scene.findings = [{ reason: "secret_found", path: "a.txt", detail: "a token" }]),
  "the agent is not configured": (scene) => void (scene.settings = { ...settings, agents: {} }),
  "the agent's program is missing": (scene) =>
    void (scene.launchError = orchError("agent_missing", "its program is not there")),
  "a check fails": (scene) => void (scene.ends = { lint: { code: 2 } }),
  "a check hangs": (scene) => void (scene.ends = { test: { cause: "wall" } }),
  "a check changes files": (scene) => void (scene.ends = { verify: { code: 1 } }),
  "a hook fails": (scene) => void (scene.ends = { "set-up": { code: 1 } }),
  "a required tool is missing": (scene) => void (scene.settings = { ...settings, requiredTools: ["absent"] }),
  "the branch is taken": (scene) =>
    void (scene.published = { kind: "refused", reason: "branch_taken", detail: "not ours" }),
};

/** A scene as the contract suite of `AttemptRunner` sees it. */
export async function openBench(): Promise<AttemptRunnerBench> {
  const scene = await openScene();
  const alive = new Map<SessionId, SessionSummary>();
  scene.settings = settings;
  Object.assign(scene.deps.sessions, {
    list: async () => [...alive.values()],
    stop: async (id: SessionId) => void alive.delete(id),
  });
  const { prepare } = scene.deps.workspace;
  // The clone that was made before a crash is taken up again.
  scene.deps.workspace.prepare = (input) => {
    scene.reused = scene.asked.includes("prepare");
    return prepare(input);
  };
  return {
    open: () => createRunner(scene.deps),
    attemptRun: (signal) => scene.attemptRun(1, signal),
    started: () => scene.started,
    records: async () => {
      const { store } = scene;
      const ref = scene.attempt();
      return [await store.attempt(ref), await store.steps(ref), await store.receipts(ref)];
    },
    get beforeCommit() {
      return scene.beforeCommit;
    },
    set beforeCommit(hook) {
      scene.beforeCommit = hook;
    },
    async takeOver() {
      const [lease] = await scene.store.adopt({ host: "here", leaseMs: 1e9, now: 1 });
      if (lease === undefined) throw orchError("internal", "there was nothing to take over");
      scene.token = lease;
    },
    befall: (mishap) => befall[mishap](scene),
    leave(attempt, purpose) {
      const ref: AttemptRef = { project, id: internalTaskId(1), attempt };
      const id = sessionIdOf(ref, purpose);
      const process = { host: "process", pid: 1, startedAt: 0, folder: `/state/${attempt}` } as const;
      alive.set(id, { id, attempt: ref, purpose: purpose === "check" ? "check" : "agent", ...process });
      return ref;
    },
    alive: () => [...alive.values()].map((session) => session.attempt),
  };
}
