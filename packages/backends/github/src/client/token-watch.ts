import type { Octokit } from "@octokit/rest";
import { isOrchError, orchError, type Clock, type OrchError } from "@orch/core";

import { createBackOff } from "./back-off.ts";

/** A repository as Octokit wants it. */
export interface Place {
  readonly owner: string;
  readonly repo: string;
}

/** Knows whether the token is of any use, and keeps one that is not from being tried again and again. */
export interface TokenWatch {
  /**
   * Lets a request to this path go. Whoever asks for the repository itself, or for whom the token belongs to, wants to
   * know whether it works: that always goes.
   * @throws `forge_unauthorized` while the token is left alone, with `details.retryAt`
   */
  admit(path: string): void;
  /** Takes in that a request went through, whatever it was answered. */
  works(): void;
  /**
   * What a failure means: `forge_unauthorized` when nothing goes with this token, which is no fault of the request. Of a
   * refusal (403) that is found out by asking for the repository itself.
   */
  judge(error: unknown, asked: { readonly octokit: Octokit; readonly place: Place | undefined }): Promise<unknown>;
}

/** GitHub shuts out whoever goes on with a token that it does not know. */
const PATIENCE = { failures: 1, mostMs: 60_000 };

const ASKS_FOR_ACCESS = /^(?:\/api\/v3)?\/(?:user|repos\/[^/]+\/[^/]+)$/;

/** Nothing is known of the token yet. */
export function createTokenWatch(clock: Clock): TokenWatch {
  const backOff = createBackOff(clock, PATIENCE);
  let last: OrchError | undefined;

  function works(): void {
    backOff.answered();
    last = undefined;
  }
  function refused(error: OrchError): OrchError {
    backOff.failed();
    last = error;
    return withRetry(error, backOff.blockedUntil());
  }
  return {
    admit(path) {
      if (ASKS_FOR_ACCESS.test(path)) return;
      const until = backOff.blockedUntil();
      if (until !== undefined && last !== undefined) throw withRetry(last, until);
      backOff.sent();
    },
    works,
    async judge(error, { octokit, place }) {
      if (isOrchError(error, "forge_unauthorized")) return refused(error);
      if (isOrchError(error, "forge_missing") || isOrchError(error, "forge_refused")) works();
      if (!isOrchError(error, "forge_denied") || error.details["status"] !== 403 || place === undefined) return error;
      try {
        await octokit.request("GET /repos/{owner}/{repo}", { ...place });
        return error;
      } catch (probe) {
        if (!isOrchError(probe) || probe.retryable) return probe;
        return refused(whole(error, place));
      }
    },
  };
}

/** The repository of a request about something in it, by the request's path. */
export function placeIn(path: string): Place | undefined {
  const [, owner, repo] = /^(?:\/api\/v3)?\/repos\/([^/]+)\/([^/]+)\/./.exec(path) ?? [];
  return owner === undefined || repo === undefined ? undefined : { owner, repo };
}

/** The same refusal as one of everything in the repository. */
function whole({ message, hint, details }: OrchError, { owner, repo }: Place): OrchError {
  return orchError("forge_unauthorized", `Nothing in ${owner}/${repo} is open to the token: ${message}`, {
    hint: hint ?? "Give orch a token that reaches the repository.",
    details,
  });
}

function withRetry({ message, hint, details }: OrchError, retryAt: number | undefined): OrchError {
  return orchError("forge_unauthorized", message, {
    ...(hint === undefined ? {} : { hint }),
    details: { ...details, ...(retryAt === undefined ? {} : { retryAt }) },
  });
}
