import type { Octokit } from "@octokit/rest";
import { isOrchError, type Clock, type RequestBudget, type RequestLane } from "@orch/core";

import type { TokenSource } from "../access/token-source.ts";
import { isElsewhere, needsPlace, type PlaceWatch } from "../place.ts";
import { graphqlOf } from "../site.ts";
import { createBackOff } from "./back-off.ts";
import { addHeader, createExchange, namesOf, type Answer, type Options, type Send } from "./exchange.ts";
import { createGate } from "./gate.ts";
import { wholeAnswer, type GraphAnswer } from "./graph-answer.ts";
import { createLimits, type Ask } from "./limits.ts";
import { newOctokit } from "./octokit.ts";
import { createTokenWatch, placeIn, type Place } from "./token-watch.ts";

/** What a client is made of. */
export interface ClientOptions {
  /** `https://api.github.com`, or that of an Enterprise server. */
  readonly apiUrl: string;
  /** Absent: requests bring what they need themselves. */
  readonly tokens?: TokenSource;
  /** Lets requests about what is in the repository go, and is told when one was answered from elsewhere. */
  readonly place?: Pick<PlaceWatch, "admit" | "doubt">;
  readonly clock: Clock;
  /** How bytes are sent (the platform's `fetch`). */
  readonly fetch?: typeof fetch;
  /** Requests under way at the same time (6). */
  readonly concurrent?: number;
}

/** What people are told of when it is made. */
const CREATING = /\/(?:issues|comments|pulls|reviews|replies)$/;

/** GitHub's API behind one account of requests. Every error is one of the port's. */
export interface GitHubClient {
  /** Octokit, in this lane. */
  octokit(lane: RequestLane): Octokit;
  /** Its typed methods. */
  rest(lane: RequestLane): Octokit["rest"];
  /** Runs a text of `queries.ts`; an answer in parts is an error. */
  graphql(lane: RequestLane, query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>;
  budget(): RequestBudget;
}

/**
 * Makes a client. Octokit's throttling and retry plugins are not used: they wait inside the call, for minutes where a
 * limit is hit, know no lanes and read the real clock; here a call fails at once and says when to come back.
 */
export function createClient(options: ClientOptions): GitHubClient {
  const { clock, tokens } = options;
  const limits = createLimits(clock);
  const backOff = createBackOff(clock);
  const gate = createGate({ limits, backOff, concurrent: options.concurrent ?? 6 });
  const exchange = createExchange({ clock, limits, backOff });
  const watch = createTokenWatch(clock);

  async function authorized(send: Send, request: Options, lane: RequestLane): Promise<Answer> {
    const path = new URL(namesOf(request).url).pathname;
    const isGraph = path.endsWith("/graphql");
    const writes = request.method !== "GET" && request.method !== "HEAD" && !isGraph;
    const creates = request.method === "POST" && CREATING.test(path);
    const ask: Ask = { lane, resource: isGraph ? "graphql" : "core", writes, creates };
    const pass = (): Promise<Answer> => gate.pass(ask, () => exchange(send, request, ask));
    if (tokens === undefined) return pass();
    const withToken = (token: string): Promise<Answer> => {
      addHeader(request, { authorization: `Bearer ${token}` });
      return pass();
    };
    watch.admit(path);
    try {
      if (needsPlace(request.method, path)) await options.place?.admit();
      const answer = await withAnyToken(tokens, withToken);
      watch.works();
      if (isElsewhere(answer.url)) options.place?.doubt();
      return answer;
    } catch (error) {
      throw await watch.judge(error, { octokit: octokits[lane], place: placeIn(path) });
    }
  }
  function octokitIn(lane: RequestLane): Octokit {
    const request = options.fetch === undefined ? {} : { fetch: options.fetch };
    const octokit = newOctokit({ baseUrl: options.apiUrl, userAgent: "orch", request });
    octokit.hook.wrap("request", (send, wrapped) => authorized(send, wrapped, lane));
    return octokit;
  }

  const octokits = {
    dispatch: octokitIn("dispatch"),
    status: octokitIn("status"),
    housekeeping: octokitIn("housekeeping"),
  };
  return {
    octokit: (lane) => octokits[lane],
    rest: (lane) => octokits[lane].rest,
    async graphql(lane, query, variables) {
      // Marks tell that something changed, as lists do.
      if (lane !== "status") await options.place?.admit();
      const url = graphqlOf(options.apiUrl);
      const answer = await octokits[lane].request({ method: "POST", url, query, variables });
      try {
        return wholeAnswer(answer.data as GraphAnswer, (points) => limits.spent(points));
      } catch (error) {
        throw await watch.judge(error, { octokit: octokits[lane], place: placeOf(variables) });
      }
    },
    budget: () => limits.budget(),
  };
}

/** Sends with the token there is, and with another one when that is refused. */
async function withAnyToken(tokens: TokenSource, send: (token: string) => Promise<Answer>): Promise<Answer> {
  const token = await tokens.get();
  try {
    return await send(token);
  } catch (error) {
    if (!isOrchError(error, "forge_unauthorized")) throw error;
    // A refused token did nothing: with a fresh one the same request is the first of its kind.
    const fresh = await tokens.renew(token);
    if (fresh === undefined || fresh === token) throw error;
    return send(fresh);
  }
}

function placeOf({ owner, repo }: Readonly<Record<string, unknown>>): Place | undefined {
  return typeof owner === "string" && typeof repo === "string" ? { owner, repo } : undefined;
}
