import { orchError, parseBranchName, parseCommitSha, unwrap, type PullRequest } from "@orch/core";

import { userOf, type UserRow } from "../shapes.ts";
import { asReady, isDraftText } from "./without-drafts.ts";

/** A pull request in an answer of GitHub; lists leave out what GitHub has to work out. */
export interface PullRow {
  /** Its id in GraphQL. */
  readonly node_id: string;
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly body?: string | null;
  readonly user: UserRow | null;
  readonly head: { readonly ref: string; readonly sha: string; readonly repo?: { readonly full_name: string } | null };
  readonly base: { readonly ref: string };
  readonly state: string;
  readonly draft?: boolean;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly mergeable?: boolean | null;
  readonly mergeable_state?: string;
}

/** A pull request as the port shows it; undefined when a branch has a name that is none of orch's. */
export function pullOf(row: PullRow): PullRequest | undefined {
  const [branch, base] = [parseBranchName(row.head.ref), parseBranchName(row.base.ref)];
  if (!branch.ok || !base.ok) return undefined;
  const state = stateOf(row);
  return {
    number: row.number,
    url: row.html_url,
    title: row.title,
    body: isDraftText(row.body) ? asReady(row.body ?? "") : (row.body ?? ""),
    author: userOf(row.user),
    branch: branch.value,
    base: base.value,
    head: unwrap(parseCommitSha(row.head.sha)),
    state,
    draft: row.draft === true || isDraftText(row.body),
    mergeable: mergeableOf(row),
    behind: row.mergeable_state === "behind",
    ...blockedIn(row),
    ...(state === "merged" && row.merge_commit_sha !== null
      ? { mergeCommit: unwrap(parseCommitSha(row.merge_commit_sha)) }
      : {}),
  };
}

/** The same for one that orch knows: its branches have names of ours. */
export function knownPull(row: PullRow): PullRequest {
  const pull = pullOf(row);
  if (pull !== undefined) return pull;
  throw orchError("forge_refused", `pull request ${row.number} has a branch whose name orch does not use`);
}

function stateOf(row: PullRow): PullRequest["state"] {
  if (row.merged_at !== null) return "merged";
  return row.state === "closed" ? "closed" : "open";
}

/** `unknown`: GitHub is working it out. */
function blockedIn({ mergeable_state: known = "unknown" }: PullRow): Pick<PullRequest, "blocked"> {
  return known === "unknown" ? {} : { blocked: known === "blocked" };
}

function mergeableOf({ mergeable }: PullRow): PullRequest["mergeable"] {
  if (mergeable === null || mergeable === undefined) return "unknown";
  return mergeable ? "yes" : "conflict";
}
