import { isOrchError, type RequestLane } from "@orch/core";
import { createFakeClock, type FakeClock } from "@orch/testing";
import { startGitHub, type GitHubOptions, type GitHubRequest, type GitHubStandIn } from "@orch/testing/github";
import { onTestFinished } from "vitest";

import { createClient, type GitHubClient } from "../src/client/client.ts";
import { givenToken } from "../src/index.ts";

/** The repository of a client's bench. */
export const AT = { owner: "octo", repo: "sample" } as const;

/** A client and the GitHub that it asks, on one clock. */
export interface ClientBench {
  readonly standIn: GitHubStandIn;
  readonly clock: FakeClock;
  readonly client: GitHubClient;
  /** What was asked since this was called last. */
  asked(): readonly GitHubRequest[];
}

/** Opens a bench that ends with its test. The clock begins at this moment, for tokens of Apps end by the real one. */
export async function openClient(options: GitHubOptions = {}): Promise<ClientBench> {
  const clock = createFakeClock(Math.floor(Date.now() / 1000) * 1000);
  const standIn = await startGitHub({ checkBodies: true, clock: () => clock.now(), ...options });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const client = createClient({ apiUrl: standIn.url, tokens: givenToken(standIn.token), clock });
  let seen = 0;
  return {
    standIn,
    clock,
    client,
    asked() {
      const fresh = standIn.requests().slice(seen);
      seen = standIn.requests().length;
      return fresh;
    },
  };
}

/** Reads the repository in a lane. */
export async function readIn(client: GitHubClient, lane: RequestLane): Promise<string> {
  return (await client.rest(lane).repos.get(AT)).data.full_name;
}

/** How a request failed: its code, and for how many seconds from now it should rest. */
export async function failureOf(
  request: Promise<unknown>,
  clock: Pick<FakeClock, "now">,
): Promise<readonly [code: string, restSeconds?: number]> {
  try {
    await request;
    return ["none"];
  } catch (error) {
    if (!isOrchError(error)) throw error;
    const { retryAt } = error.details as { readonly retryAt?: number };
    return retryAt === undefined ? [error.code] : [error.code, (retryAt - clock.now()) / 1000];
  }
}
