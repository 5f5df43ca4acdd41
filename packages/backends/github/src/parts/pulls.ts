import type { BranchName, Forge, ForgeMerge, PullRequest } from "@orch/core";
import { isOrchError, parseCommitSha, unwrap } from "@orch/core";

import type { Client } from "../client/client.ts";
import { parse, pullShape } from "./shapes.ts";

type Parts = Pick<
  Forge,
  "markReady" | "pullRequest" | "pullRequestBy" | "openPullRequest" | "editPullRequest" | "merge"
>;

/** Pull requests, their merge, and branches. `owner` is the owner of the repository. */
export function pullParts(client: Client, owner: string): Parts {
  async function byNumber(number: number): Promise<PullRequest | undefined> {
    const body = await client.get(`/pulls/${number}`);
    return body === undefined ? undefined : parse(pullShape, body);
  }

  async function byBranch(branch: BranchName): Promise<PullRequest | undefined> {
    const head = encodeURIComponent(`${owner}:${branch}`);
    const list = await client.list(`/pulls?state=all&sort=created&direction=desc&head=${head}`, { pages: 1 });
    const pulls = list.map((body) => parse(pullShape, body)).filter((pull) => pull.branch === branch);
    const found = pulls.find(({ state }) => state === "open") ?? pulls[0];
    // Lists leave out whether it can be merged.
    return found === undefined ? undefined : byNumber(found.number);
  }

  return {
    pullRequest: byBranch,
    pullRequestBy: byNumber,
    async openPullRequest({ branch, base, title, body, draft }) {
      const there = await byBranch(branch);
      if (there?.state === "open") return there;
      try {
        return parse(pullShape, await client.write("POST /pulls", { head: branch, base, title, body, draft }));
      } catch (error) {
        // Somebody opened it at the same moment, or the answer to our own request was lost.
        const made = isOrchError(error, "forge_refused") ? await byBranch(branch) : undefined;
        if (made?.state === "open") return made;
        throw error;
      }
    },
    async editPullRequest({ number, ...change }) {
      await client.write(`PATCH /pulls/${number}`, change);
    },
    async markReady(number) {
      const body = (await client.get(`/pulls/${number}`)) as
        | { readonly node_id?: string; readonly draft?: boolean }
        | undefined;
      // Only GraphQL can do this.
      if (body?.draft === true) await client.graphql(MARK_READY, { pullRequestId: body.node_id });
    },
    async merge({ number, expected, method, title, message }) {
      const pull = await byNumber(number);
      const settled =
        pull === undefined ? refused("closed", "There is no such pull request.") : settledMerge(pull, expected);
      if (settled !== undefined) return settled;
      const body = { sha: expected, merge_method: method, commit_title: title, commit_message: message };
      try {
        const merged = (await client.write(`PUT /pulls/${number}/merge`, body)) as { readonly sha: string };
        return { kind: "merged", commit: unwrap(parseCommitSha(merged.sha)) };
      } catch (error) {
        return whyNot(error, await byNumber(number), expected);
      }
    },
  };
}

/** Exported for the test that holds every query to GitHub's schema. */
export const MARK_READY = `mutation ($pullRequestId: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $pullRequestId }) { pullRequest { isDraft } }
}`;

/** What needs no request: it is merged already, or can't be. */
function settledMerge(pull: PullRequest, expected: string): ForgeMerge | undefined {
  if (pull.state === "merged") return { kind: "merged", commit: pull.mergeCommit ?? pull.head };
  if (pull.state === "closed") return refused("closed", "The pull request is closed.");
  return pull.head === expected ? undefined : refused("head", `Its head is ${pull.head.slice(0, 12)}.`);
}

/** GitHub says in words alone why it does not merge (405, 409), so the pull request is looked at once more. */
function whyNot(error: unknown, pull: PullRequest | undefined, expected: string): ForgeMerge {
  const settled = pull === undefined ? undefined : settledMerge(pull, expected);
  if (settled !== undefined) return settled;
  if (!isOrchError(error, "forge_refused") && !isOrchError(error, "forge_denied")) throw error;
  const detail = error.message;
  if (pull?.mergeable === "conflict") return refused("conflict", detail);
  if (pull?.behind === true) return refused("behind", detail);
  return refused("blocked", detail);
}

function refused(why: Extract<ForgeMerge, { kind: "refused" }>["why"], detail: string): ForgeMerge {
  return { kind: "refused", why, detail };
}
