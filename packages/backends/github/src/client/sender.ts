import { Octokit } from "@octokit/core";
import type { Clock } from "@orch/core";

import type { Budget } from "./budget.ts";
import { connectionError, limitEnd, refusalError, type Refusal } from "./errors.ts";

const TIMEOUT_MS = 30_000;

/** A body that GitHub answers: whatever is read of it is looked at first. */
export type Body = unknown;

/** An answer that is a success; `unchanged`: what is known is still true (304). */
export type Sent =
  | "unchanged"
  | {
      readonly data: Body;
      readonly headers: {
        readonly etag?: string | undefined;
        readonly link?: string | undefined;
        readonly [name: string]: string | number | undefined;
      };
    };

/** What requests are sent with. */
export interface SenderOptions {
  readonly apiUrl: string;
  /** The `Authorization` header of the next request. */
  readonly authorization: () => Promise<string>;
  readonly clock: Clock;
  readonly budget: Budget;
}

/** Makes what sends one request, `GET /path`, and gives its answer. Throws the typed errors of the port `Forge`. */
export function createSender(options: SenderOptions): (call: string, more: object) => Promise<Sent> {
  const { apiUrl, authorization, clock, budget } = options;
  const octokit = new Octokit({ baseUrl: apiUrl, userAgent: "orch", log: SILENT });

  return async (call, more) => {
    const what = call.slice(0, 200);
    const given = "headers" in more && typeof more.headers === "object" ? more.headers : {};
    const headers = { ...given, authorization: await authorization() };
    try {
      const request = { signal: AbortSignal.timeout(TIMEOUT_MS) };
      const answer = await octokit.request(call, { ...more, headers, request });
      budget.heard(answer.headers, { unchanged: false });
      return { data: answer.data as Body, headers: answer.headers };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw connectionError(what, error);
      budget.heard(refusal.headers, { unchanged: refusal.status === 304 });
      if (refusal.status === 304) return "unchanged";
      const until = limitEnd(refusal, clock.now());
      if (until !== undefined) budget.pause(until);
      throw refusalError(what, refusal, clock.now());
    }
  };
}

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // Requests are told of by whoever makes them.
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !("status" in error) || !("response" in error)) return undefined;
  const { status, response } = error as Error & {
    readonly status: number;
    readonly response?: { readonly headers?: Refusal["headers"] };
  };
  return response === undefined ? undefined : { status, headers: response.headers ?? {}, message: error.message };
}
