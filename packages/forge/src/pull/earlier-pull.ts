import type { PullRequest } from "@orch/core";

/** How the seeds name the branch of an issue (U18), before its number. */
const BRANCHES = ["gh-task-", "ai/iss-", "issue/"] as const;
const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#([1-9]\d*)\b/gi;

/** The open pull request of an issue that an earlier orch left: by its branch's name, else by a reference that closes it. */
export function earlierPull(pulls: readonly PullRequest[], issue: number): PullRequest | undefined {
  const named = pulls.find(({ branch }) =>
    BRANCHES.some((start) => branch === `${start}${issue}` || branch.startsWith(`${start}${issue}-`)),
  );
  return named ?? pulls.find(({ body }) => [...body.matchAll(CLOSES)].some(([, number]) => number === String(issue)));
}
