import type { HttpBindings } from "@hono/node-server";
import { ACTOR_HEADER, CONTRACT, LONGEST_REQUEST } from "@orch/api";
import { findVerb, isApiVerb, verbs, type ApiVerbName } from "@orch/commands";
import { argumentsSchema } from "@orch/commands/schemas";
import { orchError, parseSessionId, unwrap, type Json } from "@orch/core";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";

import { viewBudget } from "../forge-views.ts";
import { handlers } from "../handlers/handlers.ts";
import type { ApiServices, Caller } from "../handlers/services.ts";
import { dataAnswer, errorAnswer } from "./answers.ts";
import { metricsText } from "./metrics-text.ts";
import { parseBody } from "./parse-body.ts";
import { lastEvent, storedEvents } from "./stored-events.ts";
import { createStreams, HEARTBEAT_MS } from "./streams.ts";

/** The daemon's interface: answers requests, whatever they hold, and never throws. */
export interface Api {
  /** @param bindings Node's own request and answer: streams of events are written to it. */
  fetch(request: Request, bindings: Bindings): Response | Promise<Response>;
  /** Ends all streams; a client that follows comes back for the rest. */
  closeStreams(): void;
  /** How many streams are open. */
  readonly streams: number;
  /** How many requests have come so far. */
  requests(): number;
}

const ACTOR = /^[\w@.+:-]{1,80}$/;

type Bindings = Pick<HttpBindings, "outgoing">;
type Run = (services: ApiServices, args: unknown, caller: Caller) => Promise<Json | object>;

/** Makes the interface over the daemon's parts. */
export function createApi(services: ApiServices): Api {
  const runs = prepareRuns();
  const streams = createStreams(services.clock);
  const app = new Hono<{ Bindings: Bindings }>();
  app.onError((error) => errorAnswer(error, services.logger));
  app.notFound(() =>
    errorAnswer(
      orchError("usage", "there is no such path", { hint: "The paths are in the README of @orch/api." }),
      services.logger,
    ),
  );

  app.get("/v1/health", async () => {
    const newest = await lastEvent(services.store);
    const { version, ephemeral } = services;
    return dataAnswer({ version, pid: process.pid, contract: CONTRACT, lastEvent: newest, ephemeral });
  });

  app.get("/metrics", () => metricsAnswer(services));

  app.post("/v1/commands/:name", limitBody(services), async (context) => {
    const run = runs.get(context.req.param("name"));
    if (run === undefined) {
      throw orchError("usage", "the daemon knows no such command", { hint: "See: orch help" });
    }
    return dataAnswer(await run(services, parseBody(await context.req.text()), callerOf(context)));
  });

  app.get("/v1/events", (context) => {
    const after = startOf(context);
    const { store, clock } = services;
    return streams.open(context.env.outgoing, {
      name: "events",
      after,
      read: (from) => storedEvents({ store, clock, lookEveryMs: HEARTBEAT_MS, ...from }),
    });
  });

  app.get("/v1/sessions/:id/events", (context) => {
    const after = startOf(context);
    const session = unwrap(parseSessionId(context.req.param("id")));
    return streams.open(context.env.outgoing, {
      name: `session ${session}`,
      after,
      read: (from) => services.sessions.follow(session, from),
    });
  });

  return {
    ...countRequests((request, bindings) => app.fetch(request, bindings)),
    closeStreams: () => streams.close(),
    get streams() {
      return streams.size;
    },
  };
}

function metricsAnswer({ version, projects, forges }: ApiServices): Response {
  const views = projects.list().flatMap(({ id }) => {
    const forge = forges.of(id);
    return forge === undefined ? [] : [viewBudget(forge)];
  });
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  return new Response(metricsText({ version, forges: views }), { headers });
}

function countRequests(fetch: Api["fetch"]): Pick<Api, "fetch" | "requests"> {
  let count = 0;
  return {
    fetch(request, bindings) {
      count += 1;
      return fetch(request, bindings);
    },
    requests: () => count,
  };
}

/** For each verb of the daemon: check the arguments strictly, then do it. */
function prepareRuns(): ReadonlyMap<string, Run> {
  const runs = new Map<string, Run>();
  for (const verb of verbs) {
    if (!isApiVerb(verb)) continue;
    const schema = argumentsSchema(verb);
    // Schema and handler are made for the same verb; the compiler can't follow that through a table.
    const handler = handlers[verb.name as ApiVerbName] as Run;
    runs.set(verb.name, (services, args, caller) => {
      const checked = schema.safeParse(args);
      if (checked.success) return handler(services, checked.data, caller);
      const [issue] = checked.error.issues;
      const where = issue?.path.join(".") ?? "";
      throw orchError("usage", `${where === "" ? "the arguments" : where}: ${issue?.message ?? "not valid"}`, {
        hint: `See: orch ${findVerb(verb.name)?.name ?? ""} --help`,
      });
    });
  }
  return runs;
}

function limitBody(services: ApiServices): ReturnType<typeof bodyLimit> {
  return bodyLimit({
    maxSize: LONGEST_REQUEST,
    onError: () => errorAnswer(orchError("usage", "the request is larger than 1 MiB"), services.logger),
  });
}

function callerOf(context: Context): Caller {
  const said = decode(context.req.header(ACTOR_HEADER) ?? "");
  return { actor: ACTOR.test(said) ? said : "api" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The number after which a stream begins: where the client stopped, else what the address says, else the beginning. */
function startOf(context: Context): number {
  const text = context.req.header("last-event-id") ?? context.req.query("after") ?? "0";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw orchError("usage", "after is not a whole number", { hint: "Give the number of the last event that you have." });
}
