import {
  noCapabilities,
  noUsage,
  parseAgentName,
  parseBranchName,
  parseProjectId,
  silentLogger,
  unwrap,
  type AgentDriver,
  type AgentSettings,
  type AttemptRunner,
  type Engine,
  type Forge,
  type ForgeSettings,
  type ProjectId,
  type ProjectSettings,
  type Store,
} from "@orch/core";
import { createEngine, linkBranch } from "@orch/engine";
import { createRunner, type RunnerDeps } from "@orch/runner";

import { fixedRouter } from "../fixed-router.ts";
import { sampleForge } from "../suites/samples.ts";
import type { DaemonProcess } from "./daemon-process.ts";
import { notePrompt } from "./told-notes.ts";
import { babbling, straying, watchedForge } from "./watched-forge.ts";
import { worldReviewer } from "./world-reviewer.ts";
import { reportIn, worldSessions } from "./world-sessions.ts";
import { worldWorkspace } from "./world-workspace.ts";
import type { World } from "./world.ts";

/** Files that nothing reads again. */
const noFiles: RunnerDeps["files"] = {
  folder: async (ref) => `/state/${ref.id}/${ref.attempt}`,
  write: async (ref, file) => `/state/${ref.id}/${ref.attempt}/${file.name}`,
  read: async () => undefined,
  tail: async () => undefined,
  writeForTask: async () => undefined,
  remove: async () => undefined,
  sweep: async () => 0,
};

const agent = unwrap(parseAgentName("robot"));

/** The one project of the simulated world. */
export const simulatedProject: ProjectId = unwrap(parseProjectId("acme/app"));

/** What a simulated daemon is made of. */
export interface DaemonParts {
  readonly world: World;
  readonly store: Store;
  readonly policy: ProjectSettings["policy"];
  /** How the project is on its forge, where the policy has one; absent: as nobody says more. */
  readonly settings?: ForgeSettings | undefined;
  readonly process: DaemonProcess;
}

/** The real engine and the real runner, in a process whose every call over a port meets the weather. */
export function createDaemon(parts: DaemonParts): Engine {
  const { world, process } = parts;
  const { clock, random } = world;
  const store = process.inhabit(parts.store, { label: "store", failure: "store_failed" });
  const forge = inhabitedForge(parts);
  const disk = worldWorkspace(world, forge === undefined ? undefined : () => forge.remote());
  const workspace = process.inhabit(disk, { label: "workspace", failure: "git_failed" });
  const sessions = process.inhabit(worldSessions(world), { label: "sessions", failure: "session_failed" });
  const settings = projectSettings(parts);
  const base = {
    store,
    workspace,
    clock,
    random,
    logger: silentLogger,
    projects: { get: () => settings, list: () => [settings] },
    ...(forge === undefined ? {} : { forges: { of: () => forge, key: new Uint8Array(32) } }),
  };
  const runner = watched(world, {
    process,
    runner: createRunner({
      ...base,
      sessions,
      drivers: { robot: driver },
      reasonFor: () => "agent_failed",
      prompts: {
        render({ task, attempt }) {
          const ids = (task.notes ?? []).flatMap(({ id }) => (id === undefined ? [] : [id]));
          notePrompt(world, { ref: { project: task.project, id: task.id, attempt }, ids });
          return { system: "", message: "", hidden: [] };
        },
        note: ({ text }) => text,
      },
      redactor: { redact: (text) => text, find: () => [], search: async () => [], register: () => undefined },
      files: noFiles,
      surroundings: { environment: () => ({}), hidden: [], readable: [], missingTools: async () => [] },
      linkBranch: (request) => linkBranch(base, request),
    }),
  });
  return createEngine({
    ...base,
    runner,
    router: fixedRouter(agent),
    reviewer: worldReviewer(world, process),
    availableAgents: async () => [agent],
    reasonFor: () => "agent_failed",
    branchFor: (_template, task) => unwrap(parseBranchName(`task-${task.id}`)),
    settings: { host: "here", maxParallel: 3, leaseMs: 90_000, tickMs: 30_000, syncMs: 120_000, stuckMs: 1_800_000 },
  });
}

function inhabitedForge({ world, process }: DaemonParts): Forge | undefined {
  if (world.forge === undefined) return undefined;
  const { babbles, strays } = world.faults;
  const there = watchedForge(world, babbles ? babbling(world.forge) : world.forge);
  return process.inhabit<Forge>(strays ? straying(there) : there, { label: "forge", failure: "forge_unreachable" });
}

/** A runner that tells when one process runs the same attempt twice at once: its lease was taken from under it. */
function watched(
  world: World,
  parts: { readonly process: DaemonProcess; readonly runner: AttemptRunner },
): AttemptRunner {
  const { process, runner } = parts;
  const busy = new Set<string>();
  return {
    ...runner,
    async run(run) {
      const key = `${run.task.id}/${run.task.attempt}`;
      if (busy.has(key) && process.steady) world.violations.push(`${process.name} runs ${key} twice at once`);
      busy.add(key);
      const outcome = await runner.run(run);
      busy.delete(key);
      return outcome;
    },
  };
}

const driver: AgentDriver = {
  name: "robot",
  capabilities: noCapabilities,
  credentialFiles: [],
  discover: async () => ({ installed: true, login: "unknown" }),
  launch: async () => ({ argv: ["robot"], env: {}, protocolOptions: null, writable: [], readable: [] }),
  conclude({ exit }) {
    const report = reportIn(exit);
    return { usage: noUsage, ...(report === undefined ? {} : { report }) };
  },
};

function projectSettings({ policy, settings = sampleForge }: DaemonParts): ProjectSettings {
  const robot: AgentSettings = { driver: "robot", command: ["robot"], args: [], env: {}, options: {} };
  return {
    id: simulatedProject,
    source: "/repo",
    branchTemplate: "",
    checks: [{ name: "test", run: ["test"], timeoutMs: 60_000 }],
    hooks: {},
    gate: { protectedPaths: [], maxFiles: 100, maxBytes: 1e9, maxFileBytes: 1e9 },
    agents: { robot },
    limits: { wallMs: 1_800_000, silenceMs: 0, noProgressMs: 0, outputBytes: 1e9 },
    timeoutByComplexity: {},
    policy,
    ...(policy.forge === undefined ? {} : { forge: settings }),
    sandbox: "none",
    requiredTools: [],
    environment: { ports: { base: 20_000, size: 10, last: 29_999 }, variables: {}, projectVariables: {} },
    instructionFiles: [],
    git: {},
  };
}
