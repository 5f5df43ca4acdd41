import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createPlayer } from "../player.ts";
import type { Scenario } from "../scenario.ts";
import { createExchange, type LoadedScenario } from "./exchange.ts";
import { createGates } from "./gates.ts";
import { ModelServerError } from "./model-server-error.ts";
import { createRequestLog, type LoggedRequest, type RequestPredicate } from "./request-log.ts";

/** What a model server starts with. */
export interface ModelServerOptions {
  /** Each is served below `/s/<its name>`. */
  readonly scenarios: Readonly<Record<string, Scenario>>;
  /** How long `waitForRequest` waits; default 30 seconds. */
  readonly waitTimeoutMs?: number;
}

/** A scripted model provider on loopback. Ends with its disposal. */
export interface ModelServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** The base URL of a scenario: for codex and OpenCode append `/v1`, for Claude Code nothing. */
  urlOf(scenario: string): string;
  /** Serves one more scenario. Refuses a name in use. */
  addScenario(name: string, scenario: Scenario): void;
  /** All requests so far, oldest first, or those of one scenario. */
  requests(scenario?: string): readonly LoggedRequest[];
  /**
   * The first request of a scenario, past or future, that the predicate
   * accepts. It is logged before its turn is carried out, so a request held at
   * a gate is found.
   *
   * @throws ModelServerError when none came in time
   */
  waitForRequest(scenario: string, predicate?: RequestPredicate): Promise<LoggedRequest>;
  /** Opens the gate, or ends the silence, of this name. */
  release(name: string): void;
}

const WAIT_TIMEOUT_MS = 30_000;

/** Starts a model server on a free port of loopback. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const scenarios = new Map<string, LoadedScenario>();
  const gates = createGates();
  const log = createRequestLog({ waitTimeoutMs: options.waitTimeoutMs ?? WAIT_TIMEOUT_MS });
  const stopping = new AbortController();
  const server = createServer(createExchange({ scenarios, gates, log, stopping: stopping.signal }));
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}`;
  const addScenario = (name: string, scenario: Scenario): void => {
    if (scenarios.has(name)) {
      throw new ModelServerError(`Scenario ${name} is already served`);
    }
    scenarios.set(name, { scenario, player: createPlayer(scenario) });
  };
  for (const [name, scenario] of Object.entries(options.scenarios)) {
    addScenario(name, scenario);
  }
  return {
    url,
    urlOf: (scenario) => `${url}/s/${encodeURIComponent(scenario)}`,
    addScenario,
    requests: (scenario) => log.entries().filter((request) => scenario === undefined || request.scenario === scenario),
    waitForRequest: (scenario, predicate) =>
      log.find((request) => request.scenario === scenario && (predicate?.(request) ?? true)),
    release: (name) => gates.release(name),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await close(server);
    },
  };
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") {
    throw new ModelServerError("The server has no port");
  }
  return address.port;
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
