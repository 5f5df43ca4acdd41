import type { Octokit } from "@octokit/rest";
import { orchError, type Clock } from "@orch/core";

import type { BackOff } from "./back-off.ts";
import { createEntityTags } from "./entity-tags.ts";
import { failureOf, forgeError, isLimit, type Failure } from "./forge-errors.ts";
import { limitedUntil } from "./gate.ts";
import type { Ask, Limits } from "./limits.ts";
import { newOctokit } from "./octokit.ts";
import { tailOf } from "./tail.ts";

/** A request while Octokit's hooks have it. */
export type Options = Required<Octokit["request"]["endpoint"]["DEFAULTS"]>;
/** What came back. */
export type Answer = Awaited<ReturnType<Octokit["request"]>>;
/** What is below our hook: it sends. */
export type Send = (request: Options) => Answer | Promise<Answer>;

const TIMEOUT_MS = 30_000;

/** Sends one request and takes in what its answer says: tags, limits, failures. Every error is one of the port's. */
export type Exchange = (send: Send, request: Options, ask: Ask) => Promise<Answer>;

/** Exchanges of one client. */
export function createExchange(parts: { clock: Clock; limits: Limits; backOff: BackOff }): Exchange {
  const { clock, limits, backOff } = parts;
  const tags = createEntityTags<Answer>();

  async function exchange(send: Send, request: Options, ask: Ask): Promise<Answer> {
    const { url, what } = namesOf(request);
    const known = isTagged(request) ? tags.get(url) : undefined;
    if (known !== undefined) addHeader(request, { "if-none-match": known.tag });
    try {
      const answer = await timed(send, request, clock);
      limits.heard(ask, { ...answer, refusedForLimit: false });
      backOff.answered();
      keep(url, request, answer);
      return answer;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status === 304 && known !== undefined) {
        limits.heard(ask, { status: 304, headers: failure.headers, refusedForLimit: false });
        backOff.answered();
        return { ...known.answer, url: failure.url ?? known.answer.url };
      }
      throw taken(failure, ask, what);
    }
  }
  /** Takes a failure in and says what it means. */
  function taken(failure: Failure, ask: Ask, what: string): Error {
    const isRefused = isLimit(failure);
    const { status = 0, headers } = failure;
    const until = status === 0 ? undefined : limits.heard(ask, { status, headers, refusedForLimit: isRefused });
    if (status === 0 || status >= 500) backOff.failed();
    else backOff.answered();
    return until === undefined ? forgeError(failure, what) : limitedUntil(until);
  }
  function keep(url: string, request: Options, answer: Answer): void {
    const tag = answer.headers.etag;
    if (tag !== undefined && isTagged(request)) tags.keep(url, { tag, answer }, JSON.stringify(answer.data).length);
  }
  return exchange;
}

/** The hooks inside ours hold the same options: a changed copy would never be sent. */
export function addHeader(request: Options, header: Readonly<Record<string, string>>): void {
  Object.assign(request, { headers: { ...request.headers, ...header } });
}

/** What identifies a request: its whole address, and what people and logs are told. */
export function namesOf(request: Options): { readonly url: string; readonly what: string } {
  const { url, method } = resolve(request);
  return { url, what: `${method} ${new URL(url).pathname}` };
}

let resolver: Octokit | undefined;

function resolve(request: Options): { readonly url: string; readonly method: string } {
  resolver ??= newOctokit({});
  return resolver.request.endpoint(request);
}

/** Reads are asked for again with their tag, but for logs, which are read once. */
function isTagged(request: Options): boolean {
  return request.method === "GET" && tailWanted(request) === undefined;
}

function tailWanted({ request }: Options): number | undefined {
  const wanted: unknown = request?.["tailBytes"];
  return typeof wanted === "number" ? wanted : undefined;
}

/** Sends and reads all of the answer within the time that one may take. */
async function timed(send: Send, request: Options, clock: Clock): Promise<Answer> {
  const controller = new AbortController();
  const timer = clock.after(TIMEOUT_MS, () => controller.abort());
  const maxBytes = tailWanted(request);
  const how = { signal: controller.signal, parseSuccessResponseBody: maxBytes === undefined };
  Object.assign(request, { request: { ...request.request, ...how } });
  try {
    const answer = await send(request);
    const data: unknown = answer.data;
    if (maxBytes !== undefined && data !== "")
      return { ...answer, data: await tailOf(data as AsyncIterable<Uint8Array>, maxBytes) };
    // Octokit gives broken JSON as text; some proxies answer with pages.
    if (typeof data === "string" && data !== "") throw orchError("forge_unreachable", "the answer is no whole JSON");
    if (data === "" && answer.status !== 204 && maxBytes === undefined)
      throw orchError("forge_unreachable", "the answer is cut off");
    return answer;
  } catch (error) {
    if (controller.signal.aborted) throw orchError("forge_unreachable", "nothing came within 30 s");
    throw error;
  } finally {
    timer.cancel();
  }
}
