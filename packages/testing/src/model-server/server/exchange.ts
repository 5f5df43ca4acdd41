import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

import { describeRequest, type ModelRequest } from "../model-request.ts";
import type { Play, Player } from "../player.ts";
import type { Scenario } from "../scenario.ts";
import { countTokens } from "../wire/reply-tokens.ts";
import type { ReplyHead, Wire } from "../wire/wire.ts";
import { carryOut } from "./carry-out.ts";
import type { Gates } from "./gates.ts";
import { modelList } from "./model-list.ts";
import { parseBody, type RequestBody } from "./parse-body.ts";
import { plainSink, sendJson, streamSink } from "./reply-sink.ts";
import type { RequestLog } from "./request-log.ts";
import { findRoute, type Route } from "./routes.ts";

/** A scenario and where it stands. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly player: Player;
}

/** What all exchanges of a server share. */
export interface ExchangeOptions {
  readonly scenarios: ReadonlyMap<string, LoadedScenario>;
  readonly gates: Gates;
  readonly log: RequestLog;
  readonly stopping: AbortSignal;
}

/** Everything known about one HTTP request. */
interface Exchange extends ExchangeOptions {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
}

/** Makes the request listener of a server. */
export function createExchange(
  options: ExchangeOptions,
): (incoming: IncomingMessage, response: ServerResponse) => void {
  return (incoming, response) => {
    answer({ ...options, incoming, response }).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (response.headersSent || response.destroyed) {
        response.destroy();
      } else {
        sendJson(response, { status: 500, body: { error: { message, type: "model_server_bug" } } });
      }
    });
  };
}

async function answer(options: Omit<Exchange, "body">): Promise<void> {
  const { incoming, response } = options;
  const { pathname } = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const exchange: Exchange = { ...options, body: await parseBody(incoming) };
  const route = findRoute(incoming.method ?? "GET", pathname);
  const loaded = route.to === "nowhere" ? undefined : options.scenarios.get(route.scenario);
  if (loaded === undefined) {
    const message = `No such route or scenario: ${incoming.method} ${pathname}`;
    sendJson(response, { status: 404, body: { error: { message, type: "not_found" } } });
    return;
  }
  if (route.to === "reply") {
    await reply(exchange, { ...loaded, name: route.scenario, wire: route.wire });
    return;
  }
  answerAside(exchange, { route, scenario: loaded.scenario });
}

/** Answers what is not a turn of the model. */
function answerAside(exchange: Exchange, { route, scenario }: { route: Route; scenario: Scenario }): void {
  const { incoming, response, body } = exchange;
  const headers = scenario.headers ?? {};
  switch (route.to) {
    case "count-tokens": {
      const count = { input_tokens: countTokens(body.raw) };
      const object = route.wire.name === "responses" ? { object: "response.input_tokens", ...count } : count;
      sendJson(response, { status: 200, headers, body: object });
      return;
    }
    case "models": {
      const forAnthropic = incoming.headers["anthropic-version"] !== undefined;
      sendJson(response, { status: 200, headers, body: modelList(scenario.models, forAnthropic) });
      return;
    }
    case "websocket":
      sendJson(response, {
        status: 426,
        headers: { ...headers, upgrade: "http/1.1" },
        body: { error: { message: "No WebSocket here" } },
      });
      return;
    default:
      sendJson(response, { status: 200, headers, body: { message: "hello" } });
  }
}

async function reply(exchange: Exchange, loaded: LoadedScenario & { name: string; wire: Wire }): Promise<void> {
  const { response, body, gates } = exchange;
  const { wire, scenario } = loaded;
  if (body.json === undefined) {
    const refusal = wire.error({ do: "error", kind: "bad_request" }, { model: "", key: undefined, now: nowSeconds() });
    sendJson(response, refusal);
    return;
  }
  const parsed = { ...wire.parse(body.json), wire: wire.name, inputTokens: countTokens(body.raw) };
  const request = describeRequest(parsed);
  const play = loaded.player.next(request);
  const entry = logRequest(exchange, { request, play, scenario: loaded.name });
  const head: ReplyHead = {
    id: randomBytes(12).toString("hex"),
    model: request.model,
    inputTokens: scenario.tokens ?? request.inputTokens,
    outputTokens: scenario.tokens,
    createdAt: nowSeconds(),
  };
  const sinkOptions = { response, wire, head, headers: scenario.headers ?? {} };
  const outcome = await carryOut(play.actions, {
    request,
    scenario: loaded.name,
    callPrefix: wire.callPrefix,
    sink: request.stream ? streamSink(sinkOptions) : plainSink(sinkOptions),
    gates,
    signal: AbortSignal.any([exchange.stopping, closingOf(response)]),
    refuse: (action) => wire.error(action, { model: request.model, key: keyOf(exchange.incoming), now: nowSeconds() }),
    readText,
  });
  entry.settle(outcome);
}

function logRequest(
  exchange: Exchange,
  { request, play, scenario }: { request: ModelRequest; play: Play; scenario: string },
): ReturnType<RequestLog["add"]> {
  const { incoming, body, log } = exchange;
  return log.add({
    scenario,
    conversation: play.conversation,
    turn: play.turn,
    side: request.side,
    wire: request.wire,
    model: request.model,
    key: keyOf(incoming),
    tools: request.tools.map((tool) => tool.name),
    prompt: request.prompt,
    userText: request.userText,
    text: request.text,
    workingDirectory: request.workingDirectory,
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    body: body.json ?? {},
  });
}

function keyOf(incoming: IncomingMessage): string | undefined {
  const { authorization, "x-api-key": apiKey } = incoming.headers;
  return typeof apiKey === "string" ? apiKey : authorization?.replace(/^Bearer /, "");
}

/** Aborts when the connection closes before the answer is complete. */
function closingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

/** The agent's files are on this machine; an edit needs the lines around its text. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
