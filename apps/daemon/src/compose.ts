import { hostname } from "node:os";

import { createDrivers, reasonForFailure } from "@orch/agents";
import { homePaths } from "@orch/config";
import { orchError, systemClock, systemRandom, type Engine } from "@orch/core";
import { createEngine, defaultEngineSettings } from "@orch/engine";
import { createPromptRenderer } from "@orch/prompts";
import { createRouter } from "@orch/router";
import { createRunner } from "@orch/runner";
import { createRedactor } from "@orch/security";
import { createSessions } from "@orch/sessions";
import { holdLock, openStore } from "@orch/store";
import { branchFor, createWorkspace } from "@orch/workspace";

import { createAgentFinder } from "./agent-finder.ts";
import { createAttemptFiles } from "./attempt-files.ts";
import type { DaemonEnvironment } from "./env.ts";
import { openFileLogger } from "./file-logger.ts";
import type { ApiServices } from "./handlers/services.ts";
import { createApi, type Api } from "./http/create-api.ts";
import { listenOnSocket } from "./http/listen.ts";
import { openProjectBook } from "./project-book.ts";
import { readableConfiguration, secretValues } from "./secrets.ts";
import { createSurroundings } from "./surroundings.ts";

/** A running daemon. Disposing ends it; sessions and leases stay for the next one. */
export interface Daemon extends AsyncDisposable {
  readonly engine: Engine;
  readonly api: Api;
  readonly socket: string;
}

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly environment: DaemonEnvironment;
  /** The command that starts a session supervisor; a folder is appended. */
  readonly supervisor: readonly string[];
  readonly version: string;
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
  const { environment, version } = options;
  const { home, path, userHome } = environment;
  const paths = homePaths(home);
  const [clock, random] = [systemClock, systemRandom];
  const lock = holdLock(`${paths.run}/daemon.lock`);
  if (lock === undefined) throw alreadyRunning(home);
  scope.use(lock);
  const redactor = createRedactor({ secrets: secretValues(environment.all) });
  const echo = options.echo === undefined ? {} : { echo: options.echo };
  const logger = scope.use(openFileLogger({ folder: paths.logs, clock, redactor, ...echo }));
  const projects = scope.use(await openProjectBook({ environment, clock, logger }));
  const store = scope.use(await openStore({ path: paths.database, clock, logger }));
  const workspace = createWorkspace({ home, clock, logger, redactor, searchPath: path.join(":") });
  const supervisor = { argv: options.supervisor };
  const sessions = scope.use(await createSessions({ home, supervisor, clock, random, logger }));
  const drivers = createDrivers({ path, home: userHome });
  const finder = createAgentFinder({ drivers, clock });
  const router = createRouter();
  const runner = createRunner({
    store,
    workspace,
    sessions,
    drivers,
    redactor,
    clock,
    random,
    logger,
    reasonFor: reasonForFailure,
    prompts: createPromptRenderer(),
    files: createAttemptFiles(home),
    surroundings: createSurroundings(environment),
  });
  const { maxParallel, tickMs } = projects.global.engine;
  const engine = scope.use(
    createEngine({
      store,
      runner,
      router,
      workspace,
      projects,
      clock,
      random,
      logger,
      availableAgents: (project) => finder.available(project),
      branchFor,
      settings: { ...defaultEngineSettings, host: hostname(), maxParallel, tickMs },
    }),
  );
  const services: ApiServices = {
    engine,
    store,
    sessions,
    workspace,
    projects,
    version,
    clock,
    random,
    logger,
    addProject: (request) => projects.add(request),
    removeProject: (id) => projects.remove(id),
    agents: (project) => finder.views(project?.agents ?? projects.global.agents),
    route: async (task, project) => router.route(task, { project, available: await finder.available(project) }),
    configuration: async (project) => readableConfiguration(projects, project?.id),
    shutdown: options.shutdown,
  };
  const api = createApi(services);
  scope.use(await listenOnSocket(api, { path: paths.socket, clock }));
  await engine.start();
  logger.info({ home, version, pid: process.pid }, "the daemon is ready");
  const owned = scope.move();
  return { engine, api, socket: paths.socket, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function alreadyRunning(home: string): Error {
  return orchError("daemon_running", `a daemon already works in ${home}`, {
    hint: "Use it, or end it with: orch stop",
  });
}
