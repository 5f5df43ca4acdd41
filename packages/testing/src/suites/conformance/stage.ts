import { randomInt } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  ok,
  parseAgentName,
  parseProjectId,
  parseTaskId,
  sessionIdOf,
  unwrap,
  type AgentConclusion,
  type AgentEvent,
  type AnswerReceipt,
  type LaunchInput,
  type PastConversation,
  type PermissionRules,
  type RunLimits,
  type SessionEvent,
  type SessionExit,
  type SessionId,
  type SessionSpec,
  type SteerReceipt,
} from "@orch/core";

import { gitRepository, type TestRepository } from "../../git-repository.ts";
import type { LoggedRequest, ModelServer, Scenario } from "../../model-server/index.ts";
import { tempFolder } from "../../temp-folder.ts";
import { waitFor } from "../../wait-for.ts";
import type { ConformanceBench, ConformanceModel } from "./bench.ts";
import { checkConfined, confinementOf } from "./confinement.ts";
import { processesWith } from "./processes.ts";
import type { RecordableRun } from "./record.ts";

/** The dummy key that every agent gets. */
export const KEY = "sk-test-conformance";

/** What a case may choose for a run. */
export interface RunOptions {
  readonly message?: string;
  readonly limits?: Partial<RunLimits>;
  readonly permissions?: PermissionRules;
  readonly resume?: PastConversation;
}

/** How a run ended. */
export interface Ended {
  readonly events: readonly AgentEvent[];
  readonly exit: SessionExit;
  readonly conclusion: AgentConclusion;
}

/** An agent at work in a real session. */
export interface Running {
  readonly session: SessionId;
  /** What the driver was given as its own folder. */
  readonly folder: string;
  readonly recordable: RecordableRun;
  /** The first line of the session, past or future, that fits. */
  line(what: string, fits: (line: SessionEvent) => boolean): Promise<SessionEvent>;
  /** The first event of the agent, past or future, that fits. */
  event(what: string, fits: (event: AgentEvent) => boolean): Promise<AgentEvent>;
  send(id: string, text: string): Promise<SteerReceipt>;
  /** Lets the agent do what it asks with this id. */
  allow(request: string): Promise<AnswerReceipt>;
  /** The session's processes that are alive, without the supervisor; the agent's own comes first. */
  processes(): Promise<readonly number[]>;
  readonly end: Promise<Ended>;
}

/** Everything that a case plays with. */
export interface Stage {
  readonly bench: ConformanceBench;
  readonly repository: TestRepository;
  /** Requests of this case so far. */
  requests(): readonly LoggedRequest[];
  /** Waits until the agent has come to this turn of the scenario, the first being 0. */
  comesTo(turn: number, running: Running): Promise<void>;
  /** Opens this case's gate, or ends its silence. */
  release(): void;
  start(options?: RunOptions): Promise<Running>;
  /** Starts, and waits for the end. */
  run(options?: RunOptions): Promise<Ended>;
  /** Why the latest runs that ended failed, in the agent's words: for whoever reads a failed test. */
  complaints(): string;
  /** The runs so far. */
  runs(): readonly Running[];
}

/** What the repository of every case holds at first. */
export const FILES = {
  "README.md": "# sample\n\nhello world\n",
  "src/sum.js": "export function sum(a, b) {\n  return a - b;\n}\n",
} as const;

/** Sets a case up: a repository, a folder for attempts, a scripted model. */
export async function openStage(
  bench: ConformanceBench,
  place: { readonly models: ModelServer; readonly name: string; readonly scenario: Scenario },
): Promise<Stage> {
  const { models, name, scenario } = place;
  const repository = await gitRepository(FILES);
  const root = await tempFolder("conformance");
  await mkdir(join(root, "home"));
  let attempts = 0;
  const ends: Ended[] = [];
  const runs: Running[] = [];
  const start = async (options: RunOptions = {}): Promise<Running> => {
    attempts += 1;
    const model = { url: models.urlOf(name), key: KEY, scenario };
    const run = await startRun({ bench, root, repository, attempt: attempts, model }, options);
    runs.push(run);
    void run.end.then((end) => ends.push(end));
    return run;
  };
  return {
    bench,
    repository,
    requests: () => models.requests(name).filter(({ side }) => side === undefined),
    async comesTo(turn, running) {
      const { showsTurn } = bench;
      if (showsTurn !== undefined) await running.event(`turn ${turn}`, (event) => showsTurn(event, turn));
      else await models.waitForRequest(name, (request) => request.side === undefined && request.turn === turn);
    },
    release: () => models.release(name),
    start,
    run: async (options) => (await start(options)).end,
    runs: () => runs,
    complaints: () => ends.map(({ conclusion }) => conclusion.failure?.message ?? conclusion.reportProblem).join("\n"),
  };
}

interface RunPlace {
  readonly bench: ConformanceBench;
  readonly root: string;
  readonly repository: TestRepository;
  readonly attempt: number;
  readonly model: ConformanceModel;
}

async function startRun(place: RunPlace, options: RunOptions): Promise<Running> {
  const { sessions, driver } = place.bench;
  const input = await launchInput(place, options);
  const { resume } = options;
  if (resume !== undefined)
    unwrap((await driver.bringConversation?.({ past: resume, folder: input.folder })) ?? ok(undefined));
  const launch = await driver.launch(input);
  const attempt = {
    project: unwrap(parseProjectId("acme/app")),
    // Sessions are told from each other by their id, and other files play at the same time.
    id: unwrap(parseTaskId(`int-${randomInt(1, 2 ** 31)}`)),
    attempt: place.attempt,
  };
  const id = sessionIdOf(attempt, "agent");
  const spec: SessionSpec = {
    id,
    attempt,
    purpose: "agent",
    folder: join(input.folder, "..", "session"),
    argv: launch.argv,
    cwd: input.cwd,
    env: launch.env,
    ...(launch.stdinFile === undefined ? {} : { stdinFile: launch.stdinFile }),
    protocol: driver.name,
    protocolOptions: launch.protocolOptions,
    sandbox: confinementOf({ launch, input, root: place.root, service: place.model.url }),
    limits: { wallMs: 240_000, silenceMs: 0, noProgressMs: 0, outputBytes: 0, ...options.limits },
    host: "process",
  };
  await sessions.start(spec);
  const lines: SessionEvent[] = [];
  const followed = followInto(lines, place.bench, id);
  const end = followed.then(async (exit): Promise<Ended> => {
    checkConfined(spec.sandbox, exit);
    const events = agentEvents(lines);
    const { reportFile } = launch;
    const reportText = reportFile === undefined ? undefined : await readFile(reportFile, "utf8").catch(() => undefined);
    const conclusion = driver.conclude({ events, exit, ...(reportText === undefined ? {} : { reportText }) });
    return { events, exit, conclusion };
  });
  return {
    session: id,
    folder: input.folder,
    recordable: {
      argv: launch.argv,
      capture: join(spec.folder, "capture.log"),
      names: {
        [input.cwd]: "/repo",
        [join(input.folder, "..")]: "/attempt",
        [place.root]: "/run",
        [new URL(place.model.url).host]: "127.0.0.1:4010",
      },
    },
    end,
    line: (what, fits) => waitFor(what, () => lines.find(fits)),
    event: (what, fits) => waitFor(`${what} in ${id}`, () => agentEvents(lines).find(fits)),
    send: (messageId, text) => sessions.send(id, { id: messageId, from: "tester", text }),
    allow: (request) => sessions.answer(id, { request, allow: true, from: "tester", why: "Allowed." }),
    processes: () => processesWith(`ORCH_SESSION=${id}`),
  };
}

async function launchInput(place: RunPlace, options: RunOptions): Promise<LaunchInput> {
  const { bench, root, repository, attempt } = place;
  const folder = join(root, `attempt-${attempt}`, "agent");
  await mkdir(folder, { recursive: true });
  const systemPromptFile = join(folder, "..", "system.md");
  const messageFile = join(folder, "..", "message.md");
  await writeFile(systemPromptFile, "You change files. Answer with a report.\n");
  await writeFile(messageFile, options.message ?? "Fix the sum.\n");
  const settings = bench.settings(place.model);
  return {
    agent: unwrap(parseAgentName("tested")),
    settings,
    attempt,
    cwd: repository.path,
    folder,
    systemPromptFile,
    messageFile,
    env: { ...basicEnvironment(join(root, "home")), ...bench.env, ...settings.env },
    ...(options.permissions === undefined ? {} : { permissions: options.permissions }),
    ...(options.resume === undefined ? {} : { resume: options.resume.session }),
  };
}

/** As the runner does: only what is named, and a git that knows who commits and asks nobody. */
function basicEnvironment(home: string): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", GIT_CONFIG_NOSYSTEM: "1" };
}

async function followInto(lines: SessionEvent[], { sessions }: ConformanceBench, id: SessionId): Promise<SessionExit> {
  const signal = new AbortController().signal;
  for await (const line of sessions.follow(id, { after: 0, signal })) lines.push(line);
  const last = lines.at(-1);
  if (last?.kind !== "exit") throw new Error(`the session ${id} has no exit record`);
  return last.exit;
}

function agentEvents(lines: readonly SessionEvent[]): readonly AgentEvent[] {
  return lines.flatMap((line) => (line.kind === "agent" ? [line.event] : []));
}
