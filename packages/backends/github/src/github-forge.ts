import { parseProjectId, unwrap, type Boards, type Clock, type Forge, type ProjectId } from "@orch/core";

import type { AppIdentity } from "./access/app-token.ts";
import type { TokenSource } from "./access/token-source.ts";
import { accountOf } from "./account.ts";
import { boardsOf } from "./boards/boards.ts";
import { createClient, type GitHubClient } from "./client/client.ts";
import { checkFork, refuseApp } from "./fork.ts";
import { hooksOf, type GitHubHooks } from "./hooks.ts";
import { accessOf, once, selfOf, told } from "./identity.ts";
import { changesOf } from "./issues/changes.ts";
import { commentsOf } from "./issues/comments.ts";
import { historyOf } from "./issues/history.ts";
import { issuesOf } from "./issues/issues.ts";
import { linkedBranchesOf } from "./issues/linked-branches.ts";
import { createPlaceWatch, type RepositoryPlace } from "./place.ts";
import { branchesOf } from "./pulls/branches.ts";
import { checksOf } from "./pulls/checks.ts";
import { marksOf } from "./pulls/marks.ts";
import { mergesOf } from "./pulls/merge.ts";
import { pullsOf } from "./pulls/pulls.ts";
import { reviewsOf } from "./pulls/reviews.ts";
import { rulesOf } from "./pulls/rules.ts";
import { placeOf, type Repository } from "./repository.ts";
import { roleIn } from "./roles.ts";
import { GITHUB_API, siteOf } from "./site.ts";

/** What a forge on GitHub is made of. */
export interface GitHubForgeOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** The fork that branches are pushed to, `owner/name`; needs a person's token. Absent: the repository itself. */
  readonly fork?: string;
  /** The project whose forge it is (the repository's own name). */
  readonly project?: ProjectId;
  /** What the project's repository is known by. */
  readonly known?: KnownRepository;
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

/** How a repository is known again when it is renamed or transferred. */
export interface KnownRepository {
  /** GitHub's number of it; absent: the one of this name becomes it. */
  readonly id?: number;
  /** See `Forge.markedAs`. */
  readonly markedAs?: string;
  /** GitHub's numbers of those as whom orch spoke there before. */
  readonly spokeAs?: readonly number[];
  /** Told as whom orch speaks there. */
  speaksAs?(id: number): Promise<void>;
  /** Told of its number when that is known first, and of its name when that is another. */
  found?(place: RepositoryPlace): Promise<void>;
}

/** A repository on GitHub, with what only GitHub has. */
export interface GitHubForge extends Forge {
  readonly hooks: GitHubHooks;
  readonly boards: Boards;
  /** Looks whether the repository is still called so. @throws as every request does */
  locate(): Promise<RepositoryPlace>;
}

async function locate(client: GitHubClient, at: Repository["at"]): Promise<RepositoryPlace> {
  const { data } = await client.rest("dispatch").repos.get(at);
  return { id: data.id, fullName: data.full_name };
}

/** A repository on GitHub as the forge of a project. */
export function createGitHubForge(options: GitHubForgeOptions): GitHubForge {
  const { repository: fullName, fork, clock, apiUrl = GITHUB_API, known = {} } = options;
  const [at, branchesAt] = [placeOf(fullName), placeOf(fork ?? fullName)];
  const project = options.project ?? unwrap(parseProjectId(fullName));
  const sending = { apiUrl, clock, ...(options.fetch === undefined ? {} : { fetch: options.fetch }) };
  const where = { owner: at.owner, name: at.repo, ...(known.id === undefined ? {} : { id: known.id }) };
  const access = told(accessOf(options.access, { ...where, clock, sending }), options.onToken);
  const place = createPlaceWatch({ ...known, fullName, clock, ask: () => locate(client, at) });
  const client = createClient({ ...sending, tokens: access, place });
  const self = once(async () => {
    const user = await selfOf(client, access);
    await known.speaksAs?.(user.id);
    return user;
  });
  const selves = async (): Promise<ReadonlySet<number>> => new Set([...(known.spokeAs ?? []), (await self()).id]);
  const repository: Repository = { client, clock, fullName, at, branchesAt, place, self, selves };
  const urlOf = (name: string): string => `${siteOf(apiUrl)}/${name}.git`;
  const rules = rulesOf(repository);
  const forkChecked = once(() => checkFork(repository));
  return {
    name: "github",
    repository: fullName,
    project,
    ...(known.markedAs === undefined ? {} : { markedAs: known.markedAs }),
    locate: () => place.verify(),
    self,
    selves,
    account: () => accountOf(repository, access),
    roleOf: (login) => roleIn(repository, login),
    changes: changesOf(repository),
    ...issuesOf(repository),
    ...historyOf(repository),
    ...commentsOf(repository),
    ...pullsOf(repository),
    ...marksOf(repository),
    ...checksOf(repository),
    ...reviewsOf(repository),
    rules: rules.of,
    ...mergesOf(repository, rules),
    ...branchesOf(repository),
    ...linkedBranchesOf(repository),
    async remote() {
      if (fork !== undefined && "slug" in access) refuseApp(fork);
      // Nothing is fetched or pushed before the name is known to stand for the project's repository.
      const here = await place.forGit();
      const pair = Buffer.from(`x-access-token:${await access.get()}`).toString("base64");
      const address = { url: urlOf(here.fullName), authorization: `Basic ${pair}` };
      if (fork === undefined) return address;
      await forkChecked();
      return { ...address, forkUrl: urlOf(fork) };
    },
    boards: boardsOf(repository),
    budget: () => client.budget(),
    hooks: hooksOf(repository, access),
  };
}
