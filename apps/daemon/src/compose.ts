import { hostname } from "node:os";

import { createDrivers, createFreeModels, reasonForFailure, type AgentSurroundings } from "@orch/agents";
import { homePaths } from "@orch/config";
import {
  orchError,
  systemClock,
  syncInterval,
  systemRandom,
  type AgentDriver,
  type Engine,
  type Logger,
  type Sessions,
  type Store,
} from "@orch/core";
import {
  createEngine,
  decideRoute,
  defaultEngineSettings,
  readCooldowns,
  type EngineDeps,
  type EngineSettings,
  linkBranch,
} from "@orch/engine";
import { createPromptRenderer } from "@orch/prompts";
import { createClassifier, createEvidenceJudge, createReviewer, type ReviewDeps } from "@orch/questions";
import { createRouter } from "@orch/router";
import { createRunner, setUpInAdvance, type RunnerDeps } from "@orch/runner";
import { createRedactor, openRedactionWorker, type RedactionKnowledge, type SecretRedactor } from "@orch/security";
import { createSessions } from "@orch/sessions";
import { holdLock, openStore, type SqliteStore } from "@orch/store";
import { branchFor, type Worktrees } from "@orch/workspace";

import { createAgentFinder, type AgentFinder } from "./agent-finder.ts";
import { createAttemptFiles, readDigest } from "./attempt-files.ts";
import { keepBoards } from "./boards/keep-boards.ts";
import type { DaemonEnvironment } from "./env.ts";
import { openFileLogger } from "./file-logger.ts";
import { arePortsFree } from "./free-ports.ts";
import type { ApiServices } from "./handlers/services.ts";
import { createApi, type Api } from "./http/create-api.ts";
import { listenOnSocket } from "./http/listen.ts";
import { keepMirror } from "./keep-mirror.ts";
import { keepWarm, type KeepWarmOptions } from "./keep-warm.ts";
import { layForges, type ForgeSide } from "./lay-forges.ts";
import { openProjectBook, type EditionSecrets, type ProjectBook } from "./project-book.ts";
import { proveAtStart } from "./prove-at-start.ts";
import { redactedSessions } from "./redacted-sessions.ts";
import { createRegistration } from "./registration.ts";
import { withRests } from "./rests.ts";
import { startRetention } from "./retention.ts";
import { weightsOf } from "./routing.ts";
import { withPathFile } from "./search-path.ts";
import { agentSecrets, configurationNotices, readableConfiguration, secretValues } from "./secrets.ts";
import { startSkillSync } from "./skill-sync.ts";
import { createSkillService } from "./skills.ts";
import { createSurroundings } from "./surroundings.ts";
import { createTaskContexts } from "./task-contexts.ts";
import { openTaskFolders } from "./task-folders.ts";
import { teachSessions } from "./teach-sessions.ts";
import { readTranscript } from "./transcripts.ts";
import { createWebhookWatch, type WebhookWatch } from "./webhook-watch.ts";

const TRANSCRIPT_BYTES = 4 * 1024 * 1024;

/** A running daemon. Disposing ends it; sessions and leases stay for the next one. */
export interface Daemon extends AsyncDisposable {
  readonly engine: Pick<Engine, "idle">;
  readonly api: Api;
  readonly socket: string;
}

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly environment: DaemonEnvironment;
  /** The command that starts a session supervisor; a folder is appended. */
  readonly supervisor: readonly string[];
  readonly version: string;
  /** It ends by itself when nothing is left to do; told to clients. */
  readonly ephemeral: boolean;
  /** The process whose Node proves the sandbox at the start; absent: sessions alone prove theirs. */
  readonly proof?: Pick<NodeJS.Process, "execPath" | "execArgv">;
  /** Told of each log line, as text for people. */
  readonly echo?: (line: string) => void;
  /** Asked to end the daemon. */
  readonly shutdown: () => void;
}

/**
 * Joins everything: the only place that builds adapters. Throws `daemon_running`, `home_unusable`, `config_invalid`,
 * `schema_newer` and what else keeps a daemon from starting; then nothing is left open.
 */
export async function composeDaemon(options: DaemonOptions): Promise<Daemon> {
  await using scope = new AsyncDisposableStack();
  const { environment, pathFile } = await withPathFile(options.environment);
  const paths = homePaths(environment.home);
  const lock = holdLock(`${paths.run}/daemon.lock`);
  if (lock === undefined) throw alreadyRunning(environment.home);
  scope.use(lock);
  const equipped = { ...options, environment };
  const ground = await layGround(equipped, scope);
  if (pathFile !== undefined) ground.logger.warn({ ...pathFile }, "not all of a path file counts");
  const services = await buildServices(equipped, { ground, scope });
  const api = createApi(services);
  scope.use(await listenOnSocket(api, { path: paths.socket, clock: systemClock }));
  scope.use(keepMirror({ ...services, logger: ground.logger }));
  await services.engine.start();
  const { projects } = ground;
  if (!options.ephemeral) await services.webhooks.begin(services.engine);
  const keepMs = (): number => projects.global.retention.attemptsMs;
  const passedPercent = (): number => projects.global.retention.passedPercent;
  scope.use(startRetention({ ...ground, home: environment.home, clock: systemClock, keepMs, passedPercent }));
  if (!options.ephemeral) {
    scope.use(services.managed.start());
    scope.use(keepBoards({ ...ground, clock: systemClock, boards: services.boards }));
    scope.use(keepWarm({ ...ground, ...services, home: environment.home, clock: systemClock }));
  }
  scope.use(startSkillSync({ ...ground, clock: systemClock, skills: services.skills }));
  if (options.proof !== undefined) {
    const { logger, projects } = ground;
    scope.use(proveAtStart({ mode: projects.global.sandbox, logger, self: options.proof }));
  }
  ground.logger.info({ home: environment.home, version: options.version, pid: process.pid }, "the daemon is ready");
  const owned = scope.move();
  return {
    engine: services.engine,
    api,
    socket: paths.socket,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What everything else stands on. */
interface Ground {
  readonly logger: Logger;
  readonly redactor: SecretRedactor;
  readonly drivers: Readonly<Record<string, AgentDriver>>;
  readonly projects: ProjectBook;
  readonly store: SqliteStore;
  readonly sessions: Sessions;
  readonly worktrees: Worktrees;
  /** Called when the configuration was loaded again. */
  readonly editions: Set<() => void>;
  /** Whether webhooks can arrive. */
  readonly watch: WebhookWatch;
}

async function layGround(options: DaemonOptions, scope: AsyncDisposableStack): Promise<Ground> {
  const { environment } = options;
  const { home } = environment;
  const paths = homePaths(home);
  const clock = systemClock;
  const worker = scope.use(openRedactionWorker({ clock }));
  const news = { learned: (): void => undefined };
  const onLearned = (): void => news.learned();
  const redactor = createRedactor({ secrets: secretValues(environment.all), worker, onLearned });
  const echo = options.echo === undefined ? {} : { echo: options.echo };
  const logger = scope.use(openFileLogger({ folder: paths.logs, clock, redactor, ...echo }));
  const drivers = createDrivers({ path: environment.path, home: environment.userHome });
  const editions: Ground["editions"] = new Set();
  async function onEdition({ agents, redact, forgeSecrets }: EditionSecrets): Promise<void> {
    for (const tell of editions) tell();
    redactor.use(redact);
    redactor.register([...forgeSecrets, ...(await agentSecrets(agents, drivers))]);
  }
  const projects = scope.use(await openProjectBook({ environment, clock, logger, onEdition }));
  const store = scope.use(await openStore({ path: paths.database, clock, logger }));
  const worktrees = await openTaskFolders({ home, store, logger, base: projects.global.worktrees ?? paths.worktrees });
  const supervisor = { argv: options.supervisor };
  const redaction = (): RedactionKnowledge => redactor.knowledge();
  const sessions = scope.use(
    await createSessions({ home, supervisor, clock, random: systemRandom, logger, redaction }),
  );
  news.learned = teachSessions(sessions);
  // Those of a former daemon know what that one knew.
  news.learned();
  const watch = scope.use(createWebhookWatch({ clock, logger }));
  return { logger, redactor, drivers, projects, store, worktrees, sessions, editions, watch };
}

type Services = ApiServices &
  Pick<ForgeSide, "webhooks" | "managed" | "boards" | "forges" | "workspace"> & {
    readonly engine: Engine;
    readonly setUp: KeepWarmOptions["setUp"];
  };

async function buildServices(
  options: DaemonOptions,
  { ground, scope }: { readonly ground: Ground; readonly scope: AsyncDisposableStack },
): Promise<Services> {
  const { redactor, drivers, projects } = ground;
  const { environment } = options;
  const { home, path } = environment;
  const timed = { ...ground, clock: systemClock, random: systemRandom };
  const { forges, workspace, ...forgeSide } = await layForges(timed, { environment, scope });
  const base = { ...timed, forges };
  const finder = createAgentFinder({ drivers, clock: systemClock, logger: ground.logger });
  const files = createAttemptFiles(home);
  const surroundings = createSurroundings(environment, ground.worktrees);
  const asking = { ...base, drivers, files, surroundings };
  const router = createRouter({ classifier: createClassifier(asking) });
  const skills = createSkillService({ ...base, environment, configuration: () => projects.global });
  const running: RunnerDeps = {
    ...asking,
    workspace,
    arePortsFree,
    contexts: createTaskContexts(home, { projects, logger: ground.logger }),
    skillDocuments: skills.documents,
    reasonFor: reasonForFailure,
    prompts: createPromptRenderer(),
    judgeEvidence: createEvidenceJudge(asking),
    linkBranch: (request) => linkBranch(base, request),
  };
  const routing = {
    ...base,
    ...whoMayWork(finder),
    freeModels: freeModelsOf({ path, home: environment.userHome }),
    reasonFor: reasonForFailure,
    skills: () => skills.catalogue(),
  };
  const reviewer = createReviewer({ ...routing, ...asking, workspace, cooldowns: cooldownsIn(ground.store) });
  const branch: EngineDeps["branchFor"] = (template, { id, title }) =>
    branchFor(template, { id, title: redactor.redact(title) });
  const work = { reviewer, runner: createRunner(running), router, workspace, branchFor: branch };
  const engine = scope.use(createEngine({ ...routing, ...work, settings: engineSettings(projects, ground.watch) }));
  return {
    ...base,
    sessions: redactedSessions(ground.sessions, redactor),
    engine,
    workspace,
    version: options.version,
    ephemeral: options.ephemeral,
    setUp: (request) => setUpInAdvance(running, request),
    ...createRegistration({ ...base, ...forgeSide, workspace }),
    ...forgeSide,
    agents: async (project) => withRests(await finder.views(project?.agents ?? projects.global.agents), base),
    digest: (attempt) => readDigest(files, attempt),
    route: async (task, project) => decideRoute({ ...routing, router }, { task, project }),
    weights: (project) => weightsOf(routing, project),
    skills,
    transcript: (ref) => readTranscript(home, { ref, redactor, maxBytes: TRANSCRIPT_BYTES }),
    configuration: async (project) => readableConfiguration(projects, project?.id),
    configurationNotices: (project) => configurationNotices(projects, project?.id),
    shutdown: options.shutdown,
  };
}

/** What is known of the rests of agents. */
function cooldownsIn(store: Store): ReviewDeps["cooldowns"] {
  return (agents) => readCooldowns(store, agents);
}

/** Opencode offers models for nothing, and says which. */
function whoMayWork(finder: AgentFinder): Pick<EngineDeps, "availableAgents" | "loggedOut"> {
  return {
    availableAgents: (project) => finder.available(project),
    loggedOut: (project) => finder.loggedOut(project),
  };
}

function freeModelsOf(surroundings: AgentSurroundings): NonNullable<EngineDeps["freeModels"]> {
  const offered = createFreeModels({ surroundings, clock: systemClock });
  return async (project, agent) => {
    const settings = Object.hasOwn(project.agents, agent) ? project.agents[agent] : undefined;
    return settings?.driver === "opencode" ? offered(settings) : [];
  };
}

/** The engine's figures, always as configured now. */
function engineSettings(projects: ProjectBook, watch: WebhookWatch): EngineSettings {
  return {
    ...defaultEngineSettings,
    host: hostname(),
    get maxParallel() {
      return projects.global.engine.maxParallel;
    },
    get tickMs() {
      return projects.global.engine.tickMs;
    },
    get syncMs() {
      return syncInterval(watch.health(), projects.global.engine);
    },
    syncMsOf: (project) => syncInterval(watch.health(project), projects.global.engine),
    hinted: (project) => watch.health(project).mode === "webhooks",
    get stuckMs() {
      return projects.global.engine.stuckMs;
    },
  };
}

function alreadyRunning(home: string): Error {
  return orchError("daemon_running", `a daemon already works in ${home}`, {
    hint: "Use it, or end it with: orch stop",
  });
}
