import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { socketPathOf } from "@orch/api";
import {
  advance,
  defaultPolicy,
  err,
  internalTaskId,
  isOrchError,
  ok,
  orchError,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTreeSha,
  sessionIdOf,
  silentLogger,
  systemClock,
  systemRandom,
  unwrap,
  verdictOf,
  type AgentEvent,
  type Attempt,
  type ProjectSettings,
  type SessionEvent,
  type Store,
  type Task,
  type TaskEvent,
  type TaskRef,
} from "@orch/core";
import { createApi, listenOnSocket, type ApiServices } from "@orch/daemon";
import { openStore } from "@orch/store";
import { tempFolder, waitFor } from "@orch/testing";
import { onTestFinished } from "vitest";

const agent = unwrap(parseAgentName("codex"));
const branch = unwrap(parseBranchName("orch/int-1"));
const base = unwrap(parseBranchName("main"));
const commit = unwrap(parseCommitSha("a".repeat(40)));
const tree = unwrap(parseTreeSha("b".repeat(40)));
const assignment = { agent, complexity: "simple", why: "the only one" } as const;

const said: readonly AgentEvent[] = [
  { type: "text", text: "I look at the parser.\u001B]52;c;aGk=\u0007" },
  { type: "command:started", id: "1", command: "npm test" },
  { type: "command:finished", id: "1", command: "npm test", exitCode: 1, outputTail: "1 failing", durationMs: 1200 },
  { type: "file:changed", path: "src/parser.js", change: "modified" },
  { type: "usage", usage: { inputTokens: 100, cachedInputTokens: 40, outputTokens: 20, costUsd: 0.0123 } },
];

/** A home and a repository, served by a real interface over a real store; tasks are played by a script. */
export interface DaemonStandIn {
  readonly home: string;
  readonly repository: string;
  readonly store: Store;
}

/** Starts one. A title with `broken` ends with a person; one with `slow` runs until it is interrupted. */
export async function startDaemonStandIn(): Promise<DaemonStandIn> {
  const home = await tempFolder("home");
  const repository = await tempFolder("site");
  await mkdir(join(repository, ".git"));
  const store = await openStore({ path: join(home, "orch.db"), clock: systemClock });
  const script = createScript(store);
  const server = await listenOnSocket(createApi(servicesOver({ store, script, repository })), {
    path: socketPathOf(home),
    clock: systemClock,
  });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await script.ended();
    await store[Symbol.asyncDispose]();
  });
  return { home, repository, store };
}

interface Script {
  move(ref: TaskRef, event: TaskEvent): Promise<Task>;
  play(ref: TaskRef): void;
  ended(): Promise<unknown>;
  readonly printed: ReadonlyMap<string, readonly SessionEvent[]>;
}

function createScript(store: Store): Script {
  const printed = new Map<string, readonly SessionEvent[]>();
  const playing: Promise<unknown>[] = [];
  let count = 0;
  async function move(ref: TaskRef, event: TaskEvent): Promise<Task> {
    const before = await store.task(ref);
    const now = systemClock.now();
    const step = advance(before, { ref, event, policy: defaultPolicy, now, jitter: 0 });
    if (!step.ok) throw orchError("move_refused", step.error.message, { hint: "See: orch task get" });
    const { task } = step.value;
    count += 1;
    const stored = { ...ref, key: `${count}`, at: now, actor: "script", event, status: task.status };
    const expect = { task: ref, version: before?.version ?? 0 };
    await store.commit({ expect, events: [stored], writes: [{ kind: "task:put", task }] });
    return task;
  }
  async function play(ref: TaskRef): Promise<void> {
    const { title, lastAttempt } = await move(ref, { type: "task:routed", assignment });
    const number = lastAttempt + 1;
    await move(ref, { type: "attempt:started", attempt: number, branch });
    const session = sessionIdOf({ ...ref, attempt: number }, "agent");
    printed.set(
      session,
      said.map((event, index) => ({ seq: index + 1, at: systemClock.now(), kind: "agent", event })),
    );
    const attempt: Attempt = { ...attemptOf(ref, number), phase: "running", session };
    await store.commit({ writes: [{ kind: "attempt:put", attempt }] });
    if (title.includes("slow") && number === 1) {
      await waitFor("the interruption", async () => (await store.task(ref))?.status !== "in_progress");
      const verdict = verdictOf("interrupted", "stopped");
      await store.commit({ writes: [{ kind: "attempt:put", attempt: { ...attempt, phase: "finished", verdict } }] });
      return;
    }
    const verdict = title.includes("broken") ? verdictOf("no_changes", "nothing changed") : ({ kind: "pass" } as const);
    await store.commit({
      writes: [
        { kind: "attempt:put", attempt: { ...attempt, ...finished, verdict } },
        { kind: "receipt:put", attempt: { ...ref, attempt: number }, receipt },
      ],
    });
    const result = verdict.kind === "pass" ? { result: { branch, commit, attempt: number, base, checks: 1 } } : {};
    await move(ref, { type: "attempt:finished", attempt: number, verdict, fingerprint: "", ...result });
  }
  return { move, play: (ref) => void playing.push(play(ref)), ended: () => Promise.allSettled(playing), printed };
}

function attemptOf(ref: TaskRef, attempt: number): Attempt {
  const usage = { inputTokens: 100, cachedInputTokens: 40, outputTokens: 20, costUsd: 0.0123 };
  return { project: ref.project, id: ref.id, attempt, assignment, phase: "preparing", startedAt: 1000, usage, branch };
}

const finished = {
  phase: "finished",
  endedAt: 2000,
  baseCommit: commit,
  commit,
  tree,
  diff: {
    files: [{ path: "src/parser.js", change: "modified", added: 3, deleted: 1, binary: false }],
    added: 3,
    deleted: 1,
  },
} as const;

const receipt = {
  check: "test",
  argv: ["npm", "test"],
  exitCode: 0,
  timedOut: false,
  outputHash: "0".repeat(64),
  outputBytes: 0,
  outputTail: "",
  startedAt: 1000,
  endedAt: 2500,
  commit,
  tree,
  clean: true,
};

const nothingCame = {
  total: 0,
  byState: { received: 0, processed: 0, ignored: 0, failed: 0 },
  byEvent: {},
  retried: 0,
};

function servicesOver({
  store,
  script,
  repository,
}: {
  store: Store;
  script: Script;
  repository: string;
}): ApiServices {
  const projects: ProjectSettings[] = [];
  const site = { ...settings, source: repository };
  return {
    store,
    engine: {
      async create({ project, spec }) {
        const ref = { project, id: internalTaskId(await store.nextTaskNumber(project)) };
        const task = await script.move(ref, { type: "task:created", spec });
        if (task.status === "new") script.play(ref);
        return ok(task);
      },
      async act({ task: ref, event }) {
        try {
          const task = await script.move(ref, event);
          if (task.status === "new") script.play(ref);
          if (event.type !== "merge:requested") return ok(task);
          return ok(await script.move(ref, { type: "result:merged", mergeCommit: commit }));
        } catch (error) {
          if (isOrchError(error)) return err(error);
          throw error;
        }
      },
    },
    sessions: {
      list: () => Promise.resolve([]),
      attachCommand: () => Promise.resolve(undefined),
      asks: () => Promise.resolve([]),
      answer: () => Promise.resolve({ outcome: "refused", why: "nobody asks" }),
      hold: () => Promise.resolve({ waiting: 0, holders: [] }),
      send: () => Promise.resolve({ outcome: "delivered" }),
      stop: () => Promise.resolve(),
      async *follow(id) {
        yield* script.printed.get(id) ?? [];
      },
    },
    workspace: {
      diff: () => Promise.resolve("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new \u001B[2J\n"),
    },
    boards: {
      list: () => Promise.resolve([]),
      info: (project) => Promise.resolve({ project, board: null, field: null, columns: [] }),
      link: (project) => Promise.resolve({ project, board: null, field: null, columns: [] }),
      sync: () => Promise.resolve({ added: 0, moved: 0, unchanged: 0, skipped: 0 }),
    },
    webhooks: {
      day: async () => nothingCame,
      status: async () => ({
        mode: "polling",
        why: "disabled",
        listener: null,
        day: nothingCame,
        projects: [],
        waiting: [],
        deliveries: [],
      }),
      add: ({ project }) => Promise.reject(orchError("usage", `${project} is not on GitHub`)),
      retry: (delivery) => Promise.reject(orchError("delivery_unknown", `nothing is called ${delivery}`)),
    },
    projects: { get: (id) => projects.find((project) => project.id === id), list: () => projects },
    addProject({ path }) {
      if (path !== repository) return Promise.resolve(err(orchError("not_a_repository", `${path} is no repository`)));
      const created = projects.length === 0;
      if (created) projects.push(site);
      return Promise.resolve(ok({ project: site, created }));
    },
    brokenProjects: () => [],
    removeProject: () => Promise.resolve({ removed: projects.splice(0).length > 0 }),
    addRepository: () => Promise.resolve(undefined),
    agents: () =>
      Promise.resolve([
        { name: "codex", driver: "codex", installed: false, login: "unknown", capabilities: [], hint: "install" },
      ]),
    weights: () => Promise.resolve([{ agent: "codex", weight: 0.3 }]),
    forges: { of: () => undefined },
    skills: { catalogue: () => Promise.resolve([]), repositories: async () => 0, sync: () => Promise.resolve([]) },
    route: () => Promise.resolve({ kind: "nobody", detail: "no agent", log: [] }),
    transcript: () => Promise.resolve({ events: [], truncated: false }),
    digest: () => Promise.resolve(undefined),
    configurationNotices: () => [],
    configuration: () => Promise.resolve({ engine: { max_parallel: 4 } }),
    shutdown: () => undefined,
    version: "1.2.3",
    ephemeral: false,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  };
}

const settings: ProjectSettings = {
  id: unwrap(parseProjectId("local/site")),
  source: "",
  branchTemplate: "orch/{id}",
  checks: [],
  hooks: {},
  gate: { protectedPaths: [], maxFiles: 100, maxBytes: 1e6, maxFileBytes: 1e6 },
  agents: { codex: { driver: "codex", command: ["codex"], args: [], env: {}, options: {} } },
  limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 1e6 },
  timeoutByComplexity: {},
  policy: defaultPolicy,
  sandbox: "auto",
  requiredTools: [],
  instructionFiles: [],
  git: {},
};
