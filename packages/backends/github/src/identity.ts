import { orchError, type Clock, type ForgeUser } from "@orch/core";

import { appAccess, type AppAccess, type AppIdentity } from "./access/app-token.ts";
import type { TokenSource } from "./access/token-source.ts";
import { createClient, type ClientOptions, type GitHubClient } from "./client/client.ts";
import { userOf } from "./shapes.ts";

/** Whom a forge acts for. */
export type Access = TokenSource | AppAccess;

/** The tokens to use in a repository. An App asks for its own with requests that carry none. */
export function accessOf(
  given: TokenSource | AppIdentity,
  place: {
    readonly owner: string;
    readonly name: string;
    readonly id?: number;
    readonly clock: Clock;
    readonly sending: Omit<ClientOptions, "tokens">;
  },
): Access {
  if (!("appId" in given)) return given;
  const { sending, ...at } = place;
  return appAccess(given, { ...at, octokit: createClient(sending).octokit("dispatch") });
}

/** The same tokens, each told once before it is used. */
export function told(access: Access, onToken: ((token: string) => void) | undefined): Access {
  if (onToken === undefined) return access;
  let last: string | undefined;
  const tell = <Token extends string | undefined>(token: Token): Token => {
    if (token !== undefined && token !== last) onToken(token);
    last = token;
    return token;
  };
  return {
    ...access,
    get: async () => tell(await access.get()),
    renew: async (token) => tell(await access.renew(token)),
  };
}

/** Who the token belongs to. */
export async function selfOf(client: GitHubClient, access: Access): Promise<ForgeUser> {
  const rest = client.rest("dispatch");
  if (!("slug" in access)) return userOf((await rest.users.getAuthenticated()).data);
  const slug = await access.slug();
  const { data } = await rest.users.getByUsername({ username: `${slug}[bot]` });
  if (data.login !== `${slug}[bot]`)
    throw orchError("forge_unauthorized", `GitHub shows ${data.login} as the App ${slug}`);
  return userOf(data);
}

/** Asks once; a failure is forgotten. */
export function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}
