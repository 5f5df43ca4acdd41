import type { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import { isOrchError, orchError, type Clock } from "@orch/core";

import type { TokenSource } from "./token-source.ts";

/** A GitHub App that is installed where the repository is. */
export interface AppIdentity {
  readonly appId: number;
  /** Its private key, as PEM; a secret. Asked for with each new token, so that it can be changed. */
  privateKey(): Promise<string>;
  /** Asked for when absent. */
  readonly installation?: number;
}

/** What the token of an App may: no workflows, no administration, no secrets (a push to `.github/workflows` is refused). */
export const APP_PERMISSIONS = {
  actions: "write",
  checks: "read",
  contents: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
  statuses: "read",
} as const;

/** The token of an App in one repository, and who that is. */
export interface AppAccess extends TokenSource {
  /** The App's short name: its login is `<slug>[bot]`. */
  slug(): Promise<string>;
  /** Requests in the App's own name, each with the header that this gives. */
  readonly own: { readonly octokit: Octokit; headers(): Promise<{ readonly authorization: string }> };
}

type AppAuth = ReturnType<typeof createAppAuth>;

/** A token is given up this long before its end. */
const MARGIN_MS = 5 * 60_000;

/** Where an App is to work. `octokit` sends requests without a token. */
interface Place {
  readonly owner: string;
  readonly name: string;
  /** GitHub's number of the repository, by which it is known when it has another name; absent: its name has to do. */
  readonly id?: number;
  readonly clock: Clock;
  readonly octokit: Octokit;
}

/** Tokens of an App that reach this repository alone, renewed before their end. */
export function appAccess(identity: AppIdentity, place: Place): AppAccess {
  const { clock, octokit } = place;
  const ask = tokenMaker(identity, place);
  let current: { readonly token: string; readonly endsAt: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    current = await ask();
    return current.token;
  }
  function fresh(): Promise<string> {
    fetching ??= fetchToken().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }
  return {
    async get() {
      if (current !== undefined && current.endsAt - MARGIN_MS > clock.now()) return current.token;
      return fresh();
    },
    async renew(refused) {
      return current === undefined || current.token === refused ? fresh() : current.token;
    },
    source: async () => "a GitHub App",
    async slug() {
      const { data } = await octokit.rest.apps.getAuthenticated(await asApp(await signerOf(identity, octokit)));
      if (data === null) throw orchError("forge_unauthorized", "GitHub does not know the App");
      return data.slug ?? "";
    },
    own: { octokit, headers: async () => (await asApp(await signerOf(identity, octokit))).headers },
  };
}

/** Asks for new tokens, of the installation that is in the repository. */
function tokenMaker(
  identity: AppIdentity,
  { owner, name, id, octokit }: Place,
): () => Promise<{ readonly token: string; readonly endsAt: number }> {
  let { installation } = identity;

  async function installed(auth: AppAuth): Promise<number> {
    if (installation !== undefined) return installation;
    const where = { owner, repo: name, ...(await asApp(auth)) };
    const found = await explained(octokit.rest.apps.getRepoInstallation(where), `${owner}/${name}`);
    installation = found.data.id;
    return installation;
  }
  return async () => {
    const auth = await signerOf(identity, octokit);
    await asApp(auth);
    const installationId = await installed(auth);
    const only = id === undefined ? { repositoryNames: [name] } : { repositoryIds: [id] };
    const asked = { ...only, permissions: APP_PERMISSIONS, refresh: true };
    try {
      const made = auth({ type: "installation", installationId, ...asked });
      const { token, expiresAt } = await explained(made, `${owner}/${name}`);
      return { token, endsAt: Date.parse(expiresAt) };
    } catch (error) {
      // Whoever installed it again gave it another number.
      ({ installation } = identity);
      throw error;
    }
  };
}

async function signerOf({ appId, ...identity }: AppIdentity, { request }: Octokit): Promise<AppAuth> {
  const privateKey = await identity.privateKey();
  // Brought by the first App alone: few daemons have one.
  const library = await import("@octokit/auth-app");
  return withKey(async () => library.createAppAuth({ appId, privateKey, request }));
}

/** The header with which the App speaks for itself. */
async function asApp(auth: AppAuth): Promise<{ readonly headers: { readonly authorization: string } }> {
  const { token } = await withKey(() => auth({ type: "app" }));
  return { headers: { authorization: `Bearer ${token}` } };
}

/** Runs what needs the private key, which may be a part of what the library says when it can't use it. */
async function withKey<Value>(use: () => Promise<Value>): Promise<Value> {
  try {
    return await use();
  } catch (error) {
    if (isOrchError(error)) throw error;
    throw orchError("forge_unauthorized", "the private key of the GitHub App can't be used", {
      hint: "It is a PEM file from the App's settings, as it was downloaded.",
    });
  }
}

/** What GitHub says of an App, with what a person can do about it. */
async function explained<Value>(request: Promise<Value>, repository: string): Promise<Value> {
  try {
    return await request;
  } catch (error) {
    if (isOrchError(error, "forge_missing")) {
      throw orchError("forge_unauthorized", `the GitHub App is not installed in ${repository}`, {
        hint: "Install it there from the App's settings, or leave gh.app.installation out when its number has changed.",
        details: error.details,
      });
    }
    if (isOrchError(error, "forge_denied")) {
      throw orchError("forge_unauthorized", `the GitHub App gets no token for ${repository}: ${error.message}`, {
        hint: "Its installation may be suspended: see the settings of whoever installed it.",
        details: error.details,
      });
    }
    if (isOrchError(error, "forge_refused")) {
      const rights = Object.entries(APP_PERMISSIONS).map(([name, right]) => `${name}: ${right}`);
      throw orchError("forge_unauthorized", `the GitHub App may do too little in ${repository}: ${error.message}`, {
        hint: `It needs ${rights.join(", ")}; whoever installed it has to accept a change of its permissions.`,
        details: error.details,
      });
    }
    throw error;
  }
}
