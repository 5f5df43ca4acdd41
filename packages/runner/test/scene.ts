import {
  type BranchResult,
  noCapabilities,
  defaultPolicy,
  err,
  internalTaskId,
  noUsage,
  ok,
  orchError,
  silentLogger,
  type AgentConclusion,
  type AgentEvent,
  type LaunchInput,
  type PastConversation,
  type AttemptOutcome,
  type AttemptRef,
  type AttemptRun,
  type Collected,
  type CautiousFile,
  type GateFinding,
  type HiddenPassage,
  type PreparedClone,
  type PromptInput,
  type ProjectSettings,
  type PublishResult,
  type RebaseResult,
  type SessionExit,
  type SessionProbe,
  type SessionSpec,
  type Sessions,
  type SteerMessage,
  type Store,
  type Task,
  type Token,
  type Workspace,
} from "@orch/core";
import { openStore } from "@orch/store";
import { createFakeClock } from "@orch/testing/fake-clock";
import { onTestFinished } from "vitest";

import { createRunner, type RunnerDeps } from "../src/index.ts";
import { agent, base, baseCommit, branch, change, commit, exitOf, project, reasons, spec } from "./scene-facts.ts";

/** A world of one attempt: what it answers may be changed, what was asked of it is written down. */
export interface Scene {
  readonly store: Store;
  readonly deps: RunnerDeps;
  /** Sessions that were really started, by the readable part of their purpose and name. */
  readonly started: string[];
  /** The same, in full. */
  readonly specs: SessionSpec[];
  /** Sessions that were released. */
  readonly released: string[];
  /** What was asked of the workspace. */
  readonly asked: string[];
  readonly files: Map<string, string>;
  settings: Partial<ProjectSettings>;
  /** How a session ends, by the first word of its command. */
  ends: Record<string, Partial<SessionExit> & { readonly output?: string; readonly lost?: number }>;
  conclusion: AgentConclusion;
  collected: Collected;
  findings: readonly GateFinding[];
  cautions: readonly CautiousFile[];
  /** What the workspace shows as the change so far. */
  diff: string;
  /** What the prompts were made of. */
  readonly prompted: PromptInput[];
  published: PublishResult;
  rebased: RebaseResult;
  /** What the task's words hide. */
  hidden: readonly HiddenPassage[];
  /** What changed outside the clone while the agent ran. */
  outside: readonly string[];
  reused: boolean;
  /** Sessions that nobody knows count as being started by somebody else. */
  halfStarted: boolean;
  /** Thrown by the driver instead of a launch. */
  launchError: Error | undefined;
  /** Which conversations the driver was asked to bring. */
  readonly brought: { readonly past: PastConversation; readonly folder: string }[];
  /** Why it can't. */
  bringProblem: string | undefined;
  /** What the driver was launched with. */
  readonly launched: LaunchInput[];
  /** What was sent to sessions. */
  readonly sent: SteerMessage[];
  /** Called when a session is started. */
  onStart: (() => Promise<void>) | undefined;
  /** What the agent's session shows. */
  events: readonly AgentEvent[];
  /** Called before each commit; what it throws is a crash. */
  beforeCommit: (() => void | Promise<void>) | undefined;
  /** The result that the attempt brings up to date, without an agent. */
  update: BranchResult | undefined;
  /** The lease that attempts are run under. */
  token: Token;
  /** What an attempt with this number is run from. */
  attemptRun(attempt?: number, signal?: AbortSignal): AttemptRun;
  /** Runs the attempt with this number from where it stands. */
  run(attempt?: number, signal?: AbortSignal): Promise<AttemptOutcome>;
  attempt(number?: number): AttemptRef;
}

/** Makes a scene with a real store in memory. */
export async function openScene(): Promise<Scene> {
  const clock = createFakeClock();
  const store = await openStore({ path: ":memory:", clock });
  onTestFinished(() => store[Symbol.asyncDispose]());
  const token = await holdJob(store);
  const started: string[] = [];
  const asked: string[] = [];
  const files = new Map<string, string>();
  const scene: Scene = {
    store,
    started,
    specs: [],
    released: [],
    asked,
    files,
    settings: {},
    ends: {},
    conclusion: { usage: noUsage },
    collected: change(),
    findings: [],
    cautions: [],
    diff: "",
    prompted: [],
    published: { kind: "published", moved: true },
    rebased: { kind: "rebased", commit, onto: baseCommit, moved: true },
    outside: [],
    hidden: [],
    reused: false,
    halfStarted: false,
    launchError: undefined,
    brought: [],
    bringProblem: undefined,
    launched: [],
    sent: [],
    onStart: undefined,
    events: [],
    beforeCommit: undefined,
    update: undefined,
    deps: undefined as never,
    attempt: (number = 1) => ({ project, id: internalTaskId(1), attempt: number }),
    token,
    attemptRun(number = 1, signal = new AbortController().signal) {
      const task = scene.update === undefined ? taskIn(number) : { ...taskIn(number), update: scene.update };
      return { task, project: settingsOf(scene), token: scene.token, signal };
    },
    run: (number, signal) => createRunner(scene.deps).run(scene.attemptRun(number, signal)),
  };
  return Object.assign(scene, { deps: depsOf(scene) });
}

function depsOf(scene: Scene): RunnerDeps {
  const { store, files } = scene;
  return {
    store: {
      ...store,
      async commit(unit) {
        await scene.beforeCommit?.();
        return store.commit(unit);
      },
    },
    workspace: workspaceOf(scene),
    sessions: sessionsOf(scene),
    drivers: {
      robot: {
        name: "robot",
        capabilities: { ...noCapabilities, resume: true },
        credentialFiles: ["auth.json"],
        discover: async () => ({ installed: true, login: "unknown" }),
        async bringConversation(input) {
          scene.brought.push(input);
          return scene.bringProblem === undefined ? ok(undefined) : err(scene.bringProblem);
        },
        async launch(input) {
          scene.launched.push(input);
          if (scene.launchError !== undefined) throw scene.launchError;
          return { argv: ["agent"], env: {}, protocolOptions: null, writable: [], readable: [] };
        },
        conclude: () => scene.conclusion,
      },
    },
    reasonFor: ({ class: kind }) => reasons[kind] ?? "rate_limited",
    prompts: {
      render(input) {
        scene.prompted.push(input);
        return { system: "be good", message: "fix it", hidden: scene.hidden };
      },
      note: ({ text }, fence) => `${fence}: ${text}`,
    },
    redactor: {
      redact: (text) => text.replaceAll("SECRET", "***"),
      find: () => [],
      search: async () => [],
      register: () => undefined,
    },
    files: {
      folder: async (ref) => `/state/${ref.attempt}`,
      write: async (ref, { name, text }) => {
        files.set(`${ref.attempt}/${name}`, text);
        return `/state/${ref.attempt}/${name}`;
      },
      read: async (ref, { name }) => files.get(`${ref.attempt}/${name}`),
      tail: async (ref, { name, bytes }) => files.get(`${ref.attempt}/${name}`)?.slice(-bytes),
      writeForTask: async (_, { name, text }) => void files.set(name, text),
      remove: async (ref, name) => void files.set(`${ref.attempt}/${name}`, "removed"),
      async sweep(ref, { names, holds }) {
        const own = [...files].filter(([path]) => path.startsWith(`${ref.attempt}/agent/`));
        const kept = await Promise.all(
          own.map(
            async ([path, text]) => !names.some((name) => path.endsWith(`/${name}`)) && (await holds?.(text)) !== true,
          ),
        );
        const gone = own.filter(([, text], index) => kept[index] === false && text !== "removed");
        for (const [path] of gone) files.set(path, "removed");
        return gone.length;
      },
    },
    surroundings: {
      environment: ({ set }) => set,
      hidden: [],
      readable: [],
      missingTools: async (names) => names.filter((name) => name === "absent"),
    },
    clock: createFakeClock(),
    random: { next: () => 0.5, token: () => "fence" },
    logger: silentLogger,
  };
}

async function holdJob(store: Store): Promise<Token> {
  const attempt = { project, id: internalTaskId(1), attempt: 1 };
  const effect = { kind: "attempt:run", attempt, agent, round: 1 } as const;
  const job = { queue: "attempts", key: "run", exclusive: "1", dims: {}, priority: 0, notBefore: 0, effect } as const;
  await store.commit({ enqueue: [job] });
  const limits = (): number => Number.POSITIVE_INFINITY;
  const [lease] = await store.claim({ queue: "attempts", max: 1, host: "here", leaseMs: 1e9, now: 1, limits });
  if (lease === undefined) throw orchError("internal", "there was nothing to claim");
  return lease;
}

function taskIn(attempt: number): Extract<Task, { status: "in_progress" }> {
  const counters = { attempts: attempt, lastAttempt: attempt, failures: [], avoid: [], version: 3 };
  const assignment = { agent, complexity: "medium", why: "only one" } as const;
  const times = { createdAt: 1, updatedAt: 1 };
  const id = internalTaskId(1);
  return { ...spec, ...counters, ...times, project, id, branch, status: "in_progress", assignment, attempt };
}

function settingsOf(scene: Scene): ProjectSettings {
  return {
    id: project,
    source: "/repository",
    branchTemplate: "",
    checks: [],
    hooks: {},
    gate: { protectedPaths: [], maxFiles: 1, maxBytes: 1, maxFileBytes: 1 },
    agents: { robot: { driver: "robot", command: ["agent"], args: [], env: {}, options: {} } },
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    timeoutByComplexity: {},
    policy: defaultPolicy,
    sandbox: "none",
    requiredTools: [],
    instructionFiles: [],
    git: {},
    ...scene.settings,
  };
}

function workspaceOf(scene: Scene): Workspace {
  const note = <Value>(what: string, value: Value): Promise<Value> => {
    scene.asked.push(what);
    return Promise.resolve(value);
  };
  const clone = (): PreparedClone => {
    return { path: "/clone", branch, base, baseCommit, headCommit: baseCommit, reused: scene.reused };
  };
  return {
    prepare: () => note("prepare", clone()),
    readFiles: async () => ({}),
    listFiles: async () => [],
    tidyCommands: () => [{ name: "commit", argv: ["tidy"], env: {}, accept: [0] }],
    verifyCommand: () => ({ name: "verify", argv: ["verify"], env: {}, accept: [0] }),
    scrubCommand: () => ({ name: "scrub", argv: ["scrub"], env: {}, accept: [0] }),
    lookAround: () => note("look", {}),
    changedAround: () => note("look again", scene.outside),
    disarm: async () => undefined,
    collect: () => note("collect", scene.collected),
    inspect: () => note("inspect", { findings: scene.findings, cautions: scene.cautions }),
    publish: () => note("publish", scene.published),
    rebase: () => note("rebase", scene.rebased),
    merge: () => Promise.reject(orchError("internal", "the runner never merges")),
    diff: async () => scene.diff,
    log: async () => ["abc1234 first"],
    remove: async () => ({ removed: true }),
  };
}

function sessionsOf(scene: Scene): Sessions {
  const known = new Map<string, { readonly probe: SessionProbe; readonly output: string; readonly agent: boolean }>();
  const lost = new Map<string, number>();

  function endOf({ argv, id }: SessionSpec): { readonly probe: SessionProbe; readonly output: string } {
    const word = argv[0] ?? "";
    const { output = "", lost: times = 0, ...exit } = scene.ends[word] ?? {};
    const before = lost.get(word) ?? 0;
    lost.set(word, before + 1);
    if (before < times) return { probe: { state: "lost", why: `${id} was killed` }, output };
    return { probe: { state: "exited", exit: exitOf(exit) }, output };
  }

  return {
    async start(session) {
      await scene.onStart?.();
      scene.started.push(session.argv.join(" "));
      scene.specs.push(session);
      known.set(session.id, { ...endOf(session), agent: session.purpose === "agent" });
    },
    probe: async (id) =>
      known.get(id)?.probe ??
      (scene.halfStarted ? { state: "unknown", why: "it is being started" } : { state: "absent" }),
    async wait(id, signal) {
      if (signal.aborted) throw orchError("interrupted", "stopped waiting");
      const probe = known.get(id)?.probe;
      if (probe?.state === "exited" || probe?.state === "lost") return probe;
      throw orchError("session_unknown", `no session ${id}`);
    },
    async *follow(id) {
      const session = known.get(id);
      if (session === undefined) return;
      yield { seq: 1, at: 1, kind: "output", stream: "stdout", text: session.output };
      if (session.agent) yield* scene.events.map((event) => ({ seq: 2, at: 2, kind: "agent", event }) as const);
      yield { seq: 3, at: 2, kind: "exit", exit: exitOf() };
    },
    async send(_, message) {
      scene.sent.push(message);
      return { outcome: "queued", why: "it works" };
    },
    asks: async () => [],
    answer: async () => ({ outcome: "refused", why: "nobody asks" }),
    hold: async () => ({ waiting: 0, holders: [] }),
    stop: async () => undefined,
    list: async () => [],
    attachCommand: async () => undefined,
    release: async (id) => void scene.released.push(id),
  };
}
