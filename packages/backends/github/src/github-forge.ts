import type { Clock, Forge, ForgeRole, ForgeUser, ProjectId } from "@orch/core";

import { createClient } from "./client/client.ts";
import { branchParts } from "./parts/branches.ts";
import { checkParts } from "./parts/checks.ts";
import { commentParts } from "./parts/comments.ts";
import { issueParts } from "./parts/issues.ts";
import { labelParts } from "./parts/labels.ts";
import { pullParts } from "./parts/pulls.ts";
import { reviewParts } from "./parts/reviews.ts";
import { parse, userShape } from "./parts/shapes.ts";

/** Where GitHub's own API is. */
export const GITHUB_API = "https://api.github.com";

/** What a repository of GitHub is reached by. */
export interface GitHubForgeOptions {
  readonly project: ProjectId;
  /** `owner/name`. */
  readonly repository: string;
  /** Of GitHub Enterprise (`https://host/api/v3`); absent: github.com. */
  readonly apiUrl?: string;
  /** A token that is good for the next minutes; asked before each request. */
  readonly token: () => Promise<string>;
  readonly clock: Clock;
}

const ROLES: ReadonlySet<string> = new Set(["admin", "maintain", "write", "triage", "read", "none"]);

/** A repository of GitHub as a forge. Nothing is asked before the first call. */
export function createGitHubForge(options: GitHubForgeOptions): Forge {
  const { project, repository, token, clock, apiUrl = GITHUB_API } = options;
  const [owner = ""] = repository.split("/");
  const authorization = async (): Promise<string> => `token ${await token()}`;
  const client = createClient({ apiUrl, root: `/repos/${repository}`, authorization, clock });
  const account = createClient({ apiUrl, root: "", authorization, clock });
  let me: Promise<ForgeUser> | undefined;

  function self(): Promise<ForgeUser> {
    me ??= account.get("/user", { lane: "dispatch" }).then((body) => parse(userShape, body));
    // A failure is not remembered.
    me.catch(() => (me = undefined));
    return me;
  }
  const ownId = async (): Promise<number> => (await self()).id;

  return {
    name: "github",
    repository,
    project,
    self,
    async roleOf(login) {
      const path = `/collaborators/${encodeURIComponent(login)}/permission`;
      const { role_name: own, permission } = ((await client.get(path, { lane: "dispatch" })) ?? {}) as {
        readonly role_name?: string;
        readonly permission?: string;
      };
      // A role of the organisation's own counts as the one that it is built on.
      return [own, permission].find((role): role is ForgeRole => ROLES.has(role ?? "")) ?? "none";
    },
    ...issueParts(client, ownId),
    ...labelParts(client),
    ...commentParts(client, ownId),
    ...branchParts(client),
    ...pullParts(client, owner),
    ...checkParts(client),
    ...reviewParts(client, ownId),
    async remote() {
      const secret = Buffer.from(`x-access-token:${await token()}`).toString("base64");
      return { url: `${webAddress(apiUrl)}/${repository}.git`, authorization: `Basic ${secret}` };
    },
    budget: () => client.budget(),
  };
}

/** Where a host serves git: beside its API. */
function webAddress(apiUrl: string): string {
  if (apiUrl === GITHUB_API) return "https://github.com";
  return apiUrl.replace(/\/api\/v3\/?$/, "").replace(/\/$/, "");
}
