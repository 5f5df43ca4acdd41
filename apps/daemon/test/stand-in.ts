import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { connect, type Client } from "@orch/api";
import {
  advance,
  defaultPolicy,
  err,
  internalTaskId,
  noUsage,
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
  type Attempt,
  type Engine,
  type OrchError,
  type ProjectId,
  type ProjectSettings,
  type Result,
  type SessionEvent,
  type SessionSummary,
  type Store,
  type Task,
  type TaskEvent,
  type TaskRef,
} from "@orch/core";
import { openStore } from "@orch/store";
import { tempFolder } from "@orch/testing";
import { onTestFinished } from "vitest";

import { createBoardService } from "../src/boards/board-service.ts";
import { createApi, listenOnSocket, type Api, type ApiServices } from "../src/index.ts";
import { createWebhookService } from "../src/webhook-service.ts";
import { createWebhookWatch } from "../src/webhook-watch.ts";

const agent = unwrap(parseAgentName("codex"));
const branch = unwrap(parseBranchName("orch/int-1"));
const base = unwrap(parseBranchName("main"));
/** The commit that every scripted attempt ends with. */
export const commit = unwrap(parseCommitSha("a".repeat(40)));
const tree = unwrap(parseTreeSha("b".repeat(40)));

/** A served interface over a real store, with an engine that does nothing but move tasks. */
export interface StandIn {
  readonly api: Api;
  readonly services: ApiServices;
  readonly store: Store;
  readonly client: Client;
  readonly socketPath: string;
  readonly folder: string;
  readonly project: ProjectSettings;
  readonly stopped: () => number;
  /** Sessions that are live, and what they print. */
  readonly live: SessionSummary[];
  readonly printed: SessionEvent[];
  /** Appends an event to a task, as the engine would. */
  move(ref: TaskRef, event: TaskEvent): Promise<Task>;
  /** Takes a new task to a checked branch. */
  finish(ref: TaskRef): Promise<Task>;
}

/** Settings of a project at a folder. */
export function settingsOf(id: ProjectId, source: string): ProjectSettings {
  return {
    id,
    source,
    branchTemplate: "orch/{id}",
    checks: [{ name: "test", run: ["true"], timeoutMs: 1000 }],
    hooks: {},
    gate: { protectedPaths: [], maxFiles: 100, maxBytes: 1e6, maxFileBytes: 1e6 },
    agents: { codex: { driver: "codex", command: ["codex"], args: [], env: {}, options: {} } },
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 1e6 },
    timeoutByComplexity: {},
    policy: defaultPolicy,
    sandbox: "none",
    requiredTools: [],
    instructionFiles: [],
    git: {},
  };
}

/** Starts one; everything ends with the test. */
export async function startStandIn(): Promise<StandIn> {
  const folder = await tempFolder("api");
  await mkdir(join(folder, ".git"));
  const project = settingsOf(unwrap(parseProjectId("local/site")), folder);
  const clock = systemClock;
  const store = await openStore({ path: join(folder, ".git", "test.db"), clock });
  const live: SessionSummary[] = [];
  const printed: SessionEvent[] = [];
  let stopped = 0;
  const move = mover(store);
  const services: ApiServices = {
    engine: engineOver(store, move),
    store,
    sessions: sessionsOver(live, printed),
    workspace: { diff: () => Promise.resolve("diff --git a/x b/x\n") },
    projects: { get: (id) => (id === project.id ? project : undefined), list: () => [project] },
    addProject: ({ path }) =>
      Promise.resolve(
        path === folder ? ok({ project, created: false }) : err(orchError("not_a_repository", `${path} is none`)),
      ),
    brokenProjects: () => [],
    removeProject: () => Promise.resolve({ removed: true }),
    addRepository: () => Promise.resolve(undefined),
    agents: () =>
      Promise.resolve([{ name: "codex", driver: "codex", installed: false, login: "unknown", capabilities: [] }]),
    route: () => Promise.resolve({ kind: "nobody", detail: "no agent is installed", log: ["codex: not installed"] }),
    weights: () => Promise.resolve([{ agent: "codex", weight: 0.3 }]),
    forges: { of: () => undefined },
    skills: { catalogue: () => Promise.resolve([]), repositories: async () => 0, sync: () => Promise.resolve([]) },
    boards: createBoardService({
      store,
      projects: { get: () => undefined, list: () => [] },
      boardsOf: () => undefined,
      clock,
    }),
    webhooks: createWebhookService({
      projects: {
        get: () => undefined,
        list: () => [],
        changeGlobal: () => Promise.resolve(),
        global: {
          webhook: { enabled: false, host: "", port: 0, secrets: [], allowUnsigned: false },
          engine: { webhookCheckMs: 1 },
        },
      },
      hooksOf: () => undefined,
      nameOf: () => undefined,
      projectOf: () => undefined,
      heard: () => undefined,
      store,
      watch: createWebhookWatch({ clock, logger: silentLogger }),
      logs: folder,
      secretFile: join(folder, "webhook.secret"),
      redactor: { register: () => undefined },
      clock,
      random: systemRandom,
      logger: silentLogger,
    }),
    transcript: () => Promise.resolve({ events: printed, truncated: false }),
    digest: () => Promise.resolve(undefined),
    configurationNotices: () => [],
    configuration: () => Promise.resolve({ engine: { max_parallel: 4 } }),
    shutdown: () => void (stopped += 1),
    version: "1.2.3",
    ephemeral: false,
    clock,
    random: systemRandom,
    logger: silentLogger,
  };
  const api = createApi(services);
  const socketPath = join(folder, ".git", "run", "orch.sock");
  const server = await listenOnSocket(api, { path: socketPath, clock });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
  const client = connect({ socketPath, actor: "cli:tester" });
  const finish = (ref: TaskRef): Promise<Task> => finishTask(store, move, ref);
  return {
    api,
    services,
    store,
    client,
    socketPath,
    folder,
    project,
    stopped: () => stopped,
    live,
    printed,
    move,
    finish,
  };
}

type Mover = StandIn["move"];

function mover(store: Store): Mover {
  let count = 0;
  return async (ref, event) => {
    const before = await store.task(ref);
    const now = systemClock.now();
    const step = advance(before, { ref, event, policy: defaultPolicy, now, jitter: 0 });
    if (!step.ok) throw orchError("move_refused", step.error.message, { hint: "wait" });
    const { task } = step.value;
    count += 1;
    await store.commit({
      expect: { task: ref, version: before?.version ?? 0 },
      events: [{ ...ref, key: `${event.type} ${count} ${now}`, at: now, actor: "engine", event, status: task.status }],
      writes: [{ kind: "task:put", task }],
    });
    return task;
  };
}

function engineOver(store: Store, move: Mover): Pick<Engine, "create" | "act"> {
  const answer = (work: Promise<Task>): Promise<Result<Task, OrchError>> =>
    work.then(
      (task) => ok(task),
      (error: unknown) => err(error as OrchError),
    );
  return {
    async create({ project, spec }) {
      const ref = { project, id: internalTaskId(await store.nextTaskNumber(project)) };
      return answer(move(ref, { type: "task:created", spec }));
    },
    act: ({ task, event }) => answer(move(task, event)),
  };
}

async function finishTask(store: Store, move: Mover, ref: TaskRef): Promise<Task> {
  const assignment = { agent, complexity: "simple", why: "only one" } as const;
  const started = { type: "attempt:started", attempt: 1, branch } as const;
  await move(ref, { type: "task:routed", assignment });
  await move(ref, started);
  const attempt: Attempt = {
    project: ref.project,
    id: ref.id,
    attempt: 1,
    assignment,
    phase: "finished",
    startedAt: 1,
    endedAt: 2,
    branch,
    baseCommit: commit,
    commit,
    tree,
    session: sessionIdOf({ ...ref, attempt: 1 }, "agent"),
    usage: { ...noUsage, inputTokens: 10, outputTokens: 5 },
    diff: { files: [{ path: "x", change: "modified", added: 1, deleted: 0, binary: false }], added: 1, deleted: 0 },
    verdict: { kind: "pass" },
  };
  const receipt = {
    check: "test",
    argv: ["true"],
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
  await store.commit({
    writes: [
      { kind: "attempt:put", attempt },
      { kind: "receipt:put", attempt: { ...ref, attempt: 1 }, receipt },
    ],
  });
  const result = { branch, commit, attempt: 1, base, checks: 1 };
  return move(ref, { type: "attempt:finished", attempt: 1, verdict: { kind: "pass" }, fingerprint: "", result });
}

const ask = { id: "req-1", what: "rm -rf build", tool: "Bash", askedAt: 1, deadline: 2 };

function sessionsOver(live: SessionSummary[], printed: readonly SessionEvent[]): ApiServices["sessions"] {
  return {
    list: () => Promise.resolve(live),
    attachCommand: () => Promise.resolve(["tmux", "attach"]),
    send: (_, { text }) =>
      Promise.resolve(text === "no" ? { outcome: "refused", why: "it does not listen" } : { outcome: "delivered" }),
    asks: () => Promise.resolve([ask]),
    answer: (_, { request }) =>
      Promise.resolve(request === ask.id ? { outcome: "answered" } : { outcome: "refused", why: "nobody asked" }),
    hold: (_, { ms, terminal }) =>
      Promise.resolve({ waiting: ms > 0 ? 2 : 0, holders: terminal === undefined ? [] : [terminal] }),
    stop: () => Promise.resolve(void live.splice(0)),
    async *follow(id, { after }) {
      if (printed.length === 0) throw orchError("session_unknown", `there is no session ${id}`);
      yield* printed.filter(({ seq }) => seq > after);
    },
  };
}

/** The name of a task of the stand-in's project. */
export function refOf(number: number): TaskRef {
  return { project: unwrap(parseProjectId("local/site")), id: internalTaskId(number) };
}
