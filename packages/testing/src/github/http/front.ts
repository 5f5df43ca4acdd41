import { createHash } from "node:crypto";

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import { redirectFor } from "../app/moves.ts";
import { uniqueName } from "../state/unique.ts";
import type { Actor, World } from "../state/world.ts";
import type { Api, ApiEnv, Call } from "./api.ts";
import { checkAppRights } from "./app-rights.ts";
import type { Tokens } from "./authenticate.ts";
import type { Fault, FaultQueue } from "./faults.ts";
import { primaryLimit, type RateLimits, secondaryLimit } from "./rate-limits.ts";
import { notFound, Refusal } from "./refusal.ts";
import type { GitHubRequest } from "./request-log.ts";

/** What all requests share. */
export interface FrontOptions {
  readonly world: World;
  readonly tokens: Tokens;
  readonly faults: FaultQueue;
  readonly limits: RateLimits;
  readonly requests: GitHubRequest[];
}

/** The REST and GraphQL front: log, faults, who asks, limits, order of writes, entity tags. `register` adds the routes. */
export function createFront(options: FrontOptions, register: (api: Api) => void): Api {
  const api: Api = new Hono<ApiEnv>();
  api.use(async (call, next) => {
    const request = await logged(call, options);
    const fault = options.faults.take({ method: request.method, path: request.path });
    const response = await (fault === undefined ? undefined : meet(fault, call, options));
    if (response !== undefined) {
      request.status = response === RESPONSE_ALREADY_SENT ? 0 : response.status;
      return response;
    }
    await next();
    request.status = call.res.status;
    await checkAnswer(request, call);
    if (fault !== undefined) await spoil(fault, call, request);
    return undefined;
  });
  api.use((call, next) => guarded(call, options, next));
  register(api);
  api.notFound((call) => refuse(call, notFound()));
  api.onError((error, call) => {
    if (error instanceof Refusal) return refuse(call, error);
    const message = error.stack ?? error.message;
    return call.json({ message: `The stand-in failed: ${message}` }, 500);
  });
  return api;
}

async function logged(call: Call, { world, requests, tokens }: FrontOptions): Promise<GitHubRequest> {
  const url = new URL(call.req.url);
  const text = call.req.method === "GET" ? "" : await call.req.text();
  call.set("world", world);
  call.set("text", text);
  const header = call.req.header("authorization");
  const request: GitHubRequest = {
    method: call.req.method,
    path: url.pathname.replace(/^\/api(?:\/v3)?(?=\/)/, "") + url.search,
    who: nameOf(known(() => tokens.identify(header, world))),
    headers: call.req.header(),
    body: text,
    status: 0,
  };
  requests.push(request);
  return request;
}

function known(identify: () => Actor): Actor | undefined {
  try {
    return identify();
  } catch {
    return undefined;
  }
}

/** How limits and the log call someone. */
export function nameOf(actor: Actor | undefined): string {
  if (actor === undefined) return "unknown";
  if (actor.installation !== undefined) return `installation:${actor.installation.id}`;
  return actor.login === "" ? "anonymous" : actor.login;
}

/** Carries out what comes before the work; undefined: go on. */
async function meet(fault: Fault, call: Call, { tokens, world, limits }: FrontOptions): Promise<Response | undefined> {
  switch (fault.do) {
    case "hold":
      await fault.until.catch(() => undefined);
      return undefined;
    case "cut":
      return fault.when === "before" ? cut(call) : undefined;
    case "status":
      return fault.after === true ? undefined : refuse(call, new Refusal(fault.status, wordsOf(fault.status)));
    case "truncate":
    case "graph-error":
      return undefined;
    case "secondary-limit":
      return refuse(call, secondaryLimit(fault.retryAfterSeconds, fault.status));
    case "primary-limit": {
      const who = nameOf(tokens.identify(call.req.header("authorization"), world));
      limits.leave(who, "core", { remaining: 0, resetInSeconds: fault.resetInSeconds });
      return refuse(call, primaryLimit(who, limits.headers(who, "core")));
    }
    default:
      return fault satisfies never;
  }
}

/** Spoils the answer to what was done. */
async function spoil(fault: Fault, call: Call, request: GitHubRequest): Promise<void> {
  if (fault.do === "cut") {
    request.status = 0;
    replace(call, cut(call));
  }
  if (fault.do === "status") {
    request.status = fault.status;
    replace(call, refuse(call, new Refusal(fault.status, wordsOf(fault.status))));
  }
  const { status, headers } = call.res;
  if (headers.get("content-type")?.includes("json") !== true) return;
  if (fault.do === "truncate") {
    const text = await call.res.clone().text();
    replace(call, new Response(text.slice(0, text.length / 2), { status, headers }));
  }
  if (fault.do === "graph-error" && request.path.endsWith("/graphql")) {
    const whole = (await call.res.clone().json()) as object;
    const errors = [{ message: "Something went wrong while executing your query." }];
    replace(call, Response.json({ ...whole, errors }, { status }));
  }
}

/** What GitHub says beside such a status. */
function wordsOf(status: number): string {
  if (status === 401) return "Bad credentials";
  return status === 403 ? "Resource protected by organization SAML enforcement." : "Server Error";
}

/** An answer that is not as GitHub describes it becomes a failure that nobody overlooks. */
async function checkAnswer(request: GitHubRequest, call: Call): Promise<void> {
  const { checks } = call.get("world");
  const { status, headers } = call.res;
  if (checks === undefined || status >= 300 || headers.get("content-type")?.includes("json") !== true) return;
  const wrong = checks.answer(request, status, await call.res.clone().json());
  if (wrong === undefined) return;
  request.status = 500;
  replace(
    call,
    Response.json({ message: `The stand-in's answer is not as GitHub describes it: ${wrong}` }, { status: 500 }),
  );
}

/** Gives another answer than the one that is there already, without its headers. */
function replace(call: Call, response: Response): void {
  call.res = undefined;
  call.res = response;
}

function cut(call: Call): Response {
  call.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

async function guarded(call: Call, options: FrontOptions, next: () => Promise<void>): Promise<void> {
  const { world, tokens, limits } = options;
  const actor = tokens.identify(call.req.header("authorization"), world);
  call.set("actor", actor);
  const who = nameOf(actor);
  const path = new URL(call.req.url).pathname;
  const kind = path.endsWith("/graphql") ? "graphql" : "core";
  const isFree = path.endsWith("/rate_limit");
  const isWrite = call.req.method !== "GET" && call.req.method !== "HEAD";
  if (!isFree) limits.admit(who, kind, isWrite && kind === "core");
  checkAppRights(actor, call.req.method, path);
  const moved = redirectFor(world, actor, call);
  if (moved !== undefined) call.res = moved;
  else if (isWrite) await world.exclusively(next);
  else await next();
  const unchanged = isWrite ? undefined : await conditional(call);
  if (!isFree && unchanged === undefined) limits.count(who, kind);
  if (unchanged !== undefined) replace(call, unchanged);
  for (const [name, value] of Object.entries(limits.headers(who, kind))) call.res.headers.set(name, value);
  call.res.headers.set("x-github-request-id", uniqueName());
  call.res.headers.set("x-github-media-type", "github.v3; format=json");
}

/** Gives the answer its entity tag; an empty 304 when the client has the same. */
async function conditional(call: Call): Promise<Response | undefined> {
  if (call.res.status !== 200) return undefined;
  const hash = createHash("sha256")
    .update(await call.res.clone().text())
    .digest("hex");
  const tag = `W/"${hash}"`;
  call.res.headers.set("etag", tag);
  call.res.headers.set("cache-control", "private, max-age=60, s-maxage=60");
  const wanted = call.req.header("if-none-match");
  return wanted?.replace(/^W\//, "") === `"${hash}"`
    ? new Response(null, { status: 304, headers: { etag: tag } })
    : undefined;
}

function refuse(call: Call, refusal: Refusal): Response {
  for (const [name, value] of Object.entries(refusal.headers)) call.header(name, value);
  return call.json(refusal.body, refusal.status as ContentfulStatusCode);
}
