import { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import { isOrchError, orchError, type Clock } from "@orch/core";

import type { TokenSource } from "./token-source.ts";

/** A GitHub App that is installed where the repository is. */
export interface AppIdentity {
  readonly appId: number;
  /** Its private key, as PEM; a secret. */
  readonly privateKey: string;
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
}

/** A token is given up this long before its end. */
const MARGIN_MS = 5 * 60_000;

/** Tokens of an App that reach this repository alone, renewed before their end. `rest` sends requests without a token. */
export function appAccess(
  identity: AppIdentity,
  place: { readonly owner: string; readonly name: string; readonly clock: Clock; readonly octokit: Octokit },
): AppAccess {
  const { owner, name, clock, octokit } = place;
  const auth = createAppAuth({ appId: identity.appId, privateKey: identity.privateKey, request: octokit.request });
  let current: { readonly token: string; readonly endsAt: number } | undefined;
  let fetching: Promise<string> | undefined;
  let installation = identity.installation;

  /** The header with which the App speaks for itself. */
  async function asApp(): Promise<{ readonly headers: { readonly authorization: string } }> {
    try {
      const { token } = await auth({ type: "app" });
      return { headers: { authorization: `Bearer ${token}` } };
    } catch (error) {
      if (isOrchError(error)) throw error;
      // The key may be part of what the library says.
      throw orchError("forge_denied", "the private key of the GitHub App can't be used", {
        hint: "It is a PEM file from the App's settings, as it was downloaded.",
      });
    }
  }
  async function installed(): Promise<number> {
    if (installation !== undefined) return installation;
    const found = await octokit.rest.apps.getRepoInstallation({ owner, repo: name, ...(await asApp()) });
    installation = found.data.id;
    return installation;
  }
  async function fetchToken(): Promise<string> {
    await asApp();
    const { token, expiresAt } = await auth({
      type: "installation",
      installationId: await installed(),
      repositoryNames: [name],
      permissions: APP_PERMISSIONS,
      refresh: true,
    });
    current = { token, endsAt: Date.parse(expiresAt) };
    return token;
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
    async slug() {
      const { data } = await octokit.rest.apps.getAuthenticated(await asApp());
      if (data === null) throw orchError("forge_denied", "GitHub does not know the App");
      return data.slug ?? "";
    },
  };
}
