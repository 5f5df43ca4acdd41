import { isOrchError, orchError, parseCommitSha, unwrap, type Forge, type ForgeMerge } from "@orch/core";

import type { Repository } from "../repository.ts";
import type { PullRow } from "./pull-shape.ts";
import { pullRow } from "./pulls.ts";
import type { Rules } from "./rules.ts";

type Request = Parameters<Forge["merge"]>[0];
type Refused = Extract<ForgeMerge, { kind: "refused" }>;

/** Merges while the head is the expected one. Looks first, and after a refusal again: what was merged is told as that. */
export function mergesOf(repository: Repository, rules: Rules): Pick<Forge, "merge"> {
  return {
    async merge(request) {
      await repository.place.verify();
      const before = endOf(await presentRow(repository, request.number), request);
      if (before !== undefined) return before;
      const merged = await attempt(repository, request);
      if (typeof merged !== "string") return merged;
      const row = await presentRow(repository, request.number);
      rules.refused(row.base.ref, merged);
      return endOf(row, request) ?? { kind: "refused", why: reasonIn(row, merged), detail: merged };
    },
  };
}

async function presentRow(repository: Repository, number: number): Promise<PullRow> {
  const row = await pullRow(repository, number);
  if (row === undefined) throw orchError("forge_missing", `${repository.fullName} has no pull request ${number}`);
  return row;
}

/** What is settled without asking for a merge. */
function endOf(row: PullRow, { expected }: Request): ForgeMerge | undefined {
  if (row.merged_at !== null) return { kind: "merged", commit: unwrap(parseCommitSha(row.merge_commit_sha ?? "")) };
  if (row.state === "closed") return { kind: "refused", why: "closed", detail: "the pull request was closed" };
  if (row.head.sha === expected) return undefined;
  return { kind: "refused", why: "head", detail: `the branch is at ${row.head.sha}, not at ${expected}` };
}

/** The merge, or what GitHub said against it. */
async function attempt({ client, at }: Repository, request: Request): Promise<ForgeMerge | string> {
  const { number, expected, method, title, message } = request;
  try {
    const { data } = await client.rest("dispatch").pulls.merge({
      ...at,
      pull_number: number,
      sha: expected,
      merge_method: method,
      // A rebase keeps the commits' own words.
      ...(method === "rebase" ? {} : { commit_title: title, commit_message: message }),
    });
    return { kind: "merged", commit: unwrap(parseCommitSha(data.sha)) };
  } catch (error) {
    if (!isOrchError(error, "forge_refused")) throw error;
    const { status } = error.details;
    if (status !== 405 && status !== 409) throw error;
    return error.message;
  }
}

/** What GitHub says of a base that moved while it merged; it means no more than that. */
const MOVED = /base branch was modified/i;

function reasonIn({ mergeable, mergeable_state: state }: PullRow, said: string): Refused["why"] {
  if (mergeable === false || state === "dirty") return "conflict";
  if (state === "behind") return "behind";
  return MOVED.test(said) ? "moving" : "blocked";
}
