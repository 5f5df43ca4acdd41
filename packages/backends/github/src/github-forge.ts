import { parseProjectId, unwrap, type Clock, type Forge, type ProjectId } from "@orch/core";

import type { AppIdentity } from "./access/app-token.ts";
import type { TokenSource } from "./access/token-source.ts";
import { createClient } from "./client/client.ts";
import { accessOf, once, selfOf, told } from "./identity.ts";
import { changesOf } from "./issues/changes.ts";
import { commentsOf } from "./issues/comments.ts";
import { issuesOf } from "./issues/issues.ts";
import { branchesOf } from "./pulls/branches.ts";
import { checksOf } from "./pulls/checks.ts";
import { mergesOf } from "./pulls/merge.ts";
import { pullsOf } from "./pulls/pulls.ts";
import { reviewsOf } from "./pulls/reviews.ts";
import type { Repository } from "./repository.ts";
import { roleIn } from "./roles.ts";
import { GITHUB_API, siteOf } from "./site.ts";

/** What a forge on GitHub is made of. */
export interface GitHubForgeOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** The project whose forge it is (the repository's own name). */
  readonly project?: ProjectId;
  /** `https://api.github.com` unless told otherwise; of an Enterprise server `https://HOST/api/v3`. */
  readonly apiUrl?: string;
  /** A person's token, or an App whose tokens are made for this repository alone. */
  readonly access: TokenSource | AppIdentity;
  readonly clock: Clock;
  /** Hears every token before it is used, to keep it out of logs. */
  readonly onToken?: (token: string) => void;
  /** How bytes are sent (the platform's `fetch`). */
  readonly fetch?: typeof fetch;
}

/** A repository on GitHub as the forge of a project. */
export function createGitHubForge(options: GitHubForgeOptions): Forge {
  const { repository: fullName, clock, apiUrl = GITHUB_API } = options;
  const [owner = "", name = ""] = fullName.split("/");
  const project = options.project ?? unwrap(parseProjectId(fullName));
  const sending = { apiUrl, clock, ...(options.fetch === undefined ? {} : { fetch: options.fetch }) };
  const access = told(accessOf(options.access, { owner, name, clock, sending }), options.onToken);
  const client = createClient({ ...sending, tokens: access });
  const self = once(() => selfOf(client, access));
  const repository: Repository = { client, fullName, at: { owner, repo: name }, self };
  return {
    name: "github",
    repository: fullName,
    project,
    self,
    roleOf: (login) => roleIn(repository, login),
    changes: changesOf(repository),
    ...issuesOf(repository),
    ...commentsOf(repository),
    ...pullsOf(repository),
    ...checksOf(repository),
    ...reviewsOf(repository),
    ...mergesOf(repository),
    ...branchesOf(repository),
    async remote() {
      const pair = Buffer.from(`x-access-token:${await access.get()}`).toString("base64");
      return { url: `${siteOf(apiUrl)}/${fullName}.git`, authorization: `Basic ${pair}` };
    },
    budget: () => client.budget(),
  };
}
