import { isOrchError, orchError, type OrchError } from "@orch/core";

/** What a failed request left behind: of a `RequestError` of Octokit, what there is no secret in. */
export interface Failure {
  /** Absent: no answer came. */
  readonly status?: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
  /** Where the answer came from. */
  readonly url?: string;
}

/** Reads what was thrown without keeping it: it holds the whole request. */
export function failureOf(error: unknown): Failure {
  const { message, response } = asThrown(error);
  if (response === undefined) return { headers: {}, message: message ?? "no answer" };
  const { status, headers, url } = response;
  return { status, headers, message: message ?? "", ...(url === undefined ? {} : { url }) };
}

interface Thrown {
  readonly message?: string;
  readonly response?: {
    readonly status: number;
    readonly url?: string;
    readonly headers: Readonly<Record<string, string | number | undefined>>;
  };
}

function asThrown(error: unknown): Thrown {
  return typeof error === "object" && error !== null ? error : { message: String(error) };
}

/** True when GitHub refused it because of the hour's limit or the one on bursts. */
export function isLimit({ status, headers, message }: Failure): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers["x-ratelimit-remaining"] === "0" || headers["retry-after"] !== undefined || /rate limit/i.test(message)
  );
}

/** A failed request as an error of the port. `what` names it: method and path, no query. */
export function forgeError(failure: Failure, what: string): OrchError {
  const { status, message, headers } = failure;
  const details = { request: what, ...(status === undefined ? {} : { status }), ...requestId(failure) };
  if (status === undefined || status >= 500) {
    const said = status === undefined ? message : `${status} ${message}`;
    return orchError("forge_unreachable", `GitHub did not answer ${what}: ${short(said)}`, {
      hint: "orch tries again by itself; see https://www.githubstatus.com and the network of this machine.",
      details,
    });
  }
  if (status === 401) {
    return orchError("forge_unauthorized", `GitHub does not know the token (${what})`, {
      hint: "The token has ended or was revoked: give orch another one (`gh auth login`, or GH_TOKEN).",
      details,
    });
  }
  if (status === 403 || status === 451) {
    return orchError("forge_denied", `GitHub refuses ${what}: ${short(message)}`, {
      hint: missingRight(headers),
      details,
    });
  }
  if (status === 404 || status === 410) {
    const hint = "It may also be there and hidden from the token: check that the token reaches this repository.";
    return orchError("forge_missing", `GitHub knows nothing at ${what}`, { hint, details });
  }
  return orchError("forge_refused", `GitHub refuses ${what}: ${short(message)}`, { details });
}

/** GitHub's name for the request, which its support asks for. */
function requestId({ headers }: Failure): { readonly requestId?: string } {
  const id = headers["x-github-request-id"];
  return typeof id === "string" ? { requestId: id } : {};
}

function missingRight(headers: Failure["headers"]): string {
  const app = headers["x-accepted-github-permissions"];
  if (app !== undefined && app !== "") return `The token needs the permission ${String(app)}.`;
  const scopes = headers["x-accepted-oauth-scopes"];
  const has = headers["x-oauth-scopes"];
  if (scopes !== undefined && scopes !== "")
    return `The token needs one of the scopes ${String(scopes)}; it has ${String(has ?? "none")}.`;
  return "The token's owner needs more rights in this repository.";
}

/** One line of what GitHub said. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Gives undefined where GitHub knows nothing; every other error goes on. */
export async function orAbsent<Value>(request: Promise<Value>): Promise<Value | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isOrchError(error, "forge_missing")) return undefined;
    throw error;
  }
}
