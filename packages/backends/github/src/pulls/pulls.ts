import { isOrchError, type BranchName, type Forge, type PullRequest } from "@orch/core";

import { orAbsent } from "../client/forge-errors.ts";
import { MARK_READY } from "../client/queries.ts";
import { everyPage, isFork, type Repository } from "../repository.ts";
import { fitted } from "../text.ts";
import { branchTip } from "./branches.ts";
import { knownPull, pullOf, type PullRow } from "./pull-shape.ts";
import { asDraft, asReady, isDraftText, takesNoDrafts } from "./without-drafts.ts";

type PullMethods = Pick<
  Forge,
  "pullRequest" | "openPulls" | "pullRequestBy" | "openPullRequest" | "editPullRequest" | "markReady"
>;

/** Pull requests of branches of this repository, or of its fork. */
export function pullsOf(repository: Repository): PullMethods {
  const { client, at } = repository;
  return {
    async pullRequest(branch) {
      const row = await rowOfBranch(repository, branch);
      return row === undefined ? undefined : whole(repository, row.number);
    },
    openPulls: () => openPulls(repository),
    async pullRequestBy(number) {
      const row = await pullRow(repository, number);
      return row === undefined ? undefined : pullOf(row);
    },
    async markReady(number) {
      const row = await pullRow(repository, number);
      // Only GraphQL can do this.
      if (row?.draft === true) await client.graphql("status", MARK_READY, { id: row.node_id });
      if (!isDraftText(row?.body)) return;
      await client.rest("status").pulls.update({ ...at, pull_number: number, body: asReady(row?.body ?? "") });
    },
    openPullRequest: (request) => open(repository, request),
    async editPullRequest({ number, title, body, state }) {
      const isDraft = body !== undefined && isDraftText((await pullRow(repository, number))?.body);
      const changes = {
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { body: fitted(isDraft ? asDraft(body) : body) }),
        ...(state === undefined ? {} : { state }),
      };
      await client.rest("status").pulls.update({ ...at, pull_number: number, ...changes });
    },
  };
}

/** A pull request as GitHub shows it alone, with what it worked out. */
export async function pullRow({ client, at }: Repository, number: number): Promise<PullRow | undefined> {
  const answer = await orAbsent(client.rest("dispatch").pulls.get({ ...at, pull_number: number }));
  return answer?.data;
}

async function whole({ client, at }: Repository, number: number): Promise<PullRequest> {
  const { data } = await client.rest("dispatch").pulls.get({ ...at, pull_number: number });
  return knownPull(data);
}

async function openPulls({ client, at }: Repository): Promise<readonly PullRequest[]> {
  const rest = client.rest("status");
  const rows: readonly PullRow[] = await everyPage((page) => rest.pulls.list({ ...at, state: "open", ...page }));
  const home = `${at.owner}/${at.repo}`.toLowerCase();
  return rows.flatMap((row) => {
    const pull = row.head.repo?.full_name.toLowerCase() === home ? pullOf(row) : undefined;
    return pull ?? [];
  });
}

/** The open one of a branch, else the newest. */
async function rowOfBranch({ client, at, branchesAt }: Repository, branch: BranchName): Promise<PullRow | undefined> {
  const rest = client.rest("dispatch");
  const query = {
    ...at,
    head: `${branchesAt.owner}:${branch}`,
    state: "all",
    sort: "created",
    direction: "desc",
  } as const;
  const rows: readonly PullRow[] = await everyPage((page) => rest.pulls.list({ ...query, ...page }));
  const own = rows.filter(({ head }) => head.ref === branch);
  return own.find(({ state }) => state === "open") ?? own[0];
}

/** Looks first: one that is open, or shows the branch's commit already, is the one that was asked for. */
async function open(repository: Repository, request: Parameters<Forge["openPullRequest"]>[0]): Promise<PullRequest> {
  const { client, at, branchesAt } = repository;
  const known = await rowOfBranch(repository, request.branch);
  if (known !== undefined && (known.state === "open" || (await shows(repository, request.branch, known.head.sha))))
    return whole(repository, known.number);
  const { branch, title, draft } = request;
  const base = request.base ?? (await client.rest("dispatch").repos.get(at)).data.default_branch;
  // Who may merge it there may then also push to it.
  const ends = isFork(repository)
    ? { head: `${branchesAt.owner}:${branch}`, base, maintainer_can_modify: true }
    : { head: branch, base };
  const create = async (words: { readonly body: string; readonly draft: boolean }): Promise<PullRequest> => {
    const texts = { title, body: fitted(words.body), draft: words.draft };
    return knownPull((await client.rest("dispatch").pulls.create({ ...at, ...ends, ...texts })).data);
  };
  try {
    return await create({ body: request.body, draft });
  } catch (error) {
    if (draft && takesNoDrafts(error)) return create({ body: asDraft(request.body), draft: false });
    if (!isOrchError(error, "forge_refused")) throw error;
    // Somebody opened it in the same moment, or the list did not show it yet.
    const row = await rowOfBranch(repository, request.branch);
    if (row?.state !== "open") throw error;
    return whole(repository, row.number);
  }
}

async function shows(repository: Repository, branch: BranchName, head: string): Promise<boolean> {
  const tip = await branchTip(repository, branch);
  return tip === undefined || tip === head;
}
