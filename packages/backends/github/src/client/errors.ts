import { orchError, type OrchError } from "@orch/core";

/** An answer of GitHub that is no success, as far as it decides what follows. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

const MINUTE_MS = 60_000;

/** The typed error of a refused request; `what` is its method and path, never its body. */
export function refusalError(what: string, { status, message, headers }: Refusal, now: number): OrchError {
  const details = { status, request: what };
  const limited = limitEnd({ status, message, headers }, now);
  if (limited !== undefined) {
    return orchError("forge_limited", `GitHub takes no more requests for now: ${message}`, {
      hint: "orch goes on by itself; orch status shows when.",
      details: { ...details, retryAt: limited },
    });
  }
  const told = `GitHub answers ${status} to ${what}: ${message}`;
  if (status >= 500 || status === 408) return orchError("forge_unreachable", told, { details });
  if (status === 401) {
    const hint = "Give another token: GH_TOKEN, GITHUB_TOKEN, or gh auth login.";
    return orchError("forge_denied", "GitHub does not accept the token", { hint, details });
  }
  if (status === 403) return orchError("forge_denied", told, { hint: rightsHint(headers), details });
  if (status === 404 || status === 410) {
    const hint = "It may be private: then the token needs a right to see it.";
    return orchError("forge_missing", told, { hint, details });
  }
  return orchError("forge_refused", told, { details });
}

/** The error of a request that got no answer. */
export function connectionError(what: string, cause: unknown): OrchError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return orchError("forge_unreachable", `GitHub did not answer ${what}: ${message}`, {
    cause,
    details: { request: what },
  });
}

/** Until when a limit holds, in epoch milliseconds; undefined: the refusal is none of a limit. */
export function limitEnd({ status, message, headers }: Refusal, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers["retry-after"]);
  if (Number.isFinite(after) && headers["retry-after"] !== undefined) return now + after * 1000;
  const reset = Number(headers["x-ratelimit-reset"]) * 1000;
  if (String(headers["x-ratelimit-remaining"]) === "0" && Number.isFinite(reset)) return Math.max(reset, now);
  // Documented: without a time, wait for a minute at least.
  return status === 429 || /rate limit|abuse detection/i.test(message) ? now + MINUTE_MS : undefined;
}

function rightsHint(headers: Refusal["headers"]): string {
  const wanted = headers["x-accepted-github-permissions"] ?? headers["x-accepted-oauth-scopes"];
  if (wanted === undefined || wanted === "")
    return "The token lacks a right for this; docs/guides/github.md lists them.";
  return `The token needs: ${wanted}`;
}
