import { checkState } from "../checks/combined.ts";
import type { Repository } from "../state/repository.ts";
import { asksOf } from "./branch-rules.ts";
import type { Pull } from "./pull.ts";

/** A rule of a protected branch that is not met, in GitHub's words. */
export interface UnmetRule {
  readonly kind: "reviews" | "changes-requested" | "checks" | "behind";
  readonly message: string;
}

/** The rules of the base branch that a pull request doesn't meet yet; `protection`: also those that administrators may pass. */
export async function unmetRules(repository: Repository, pull: Pull, protection = true): Promise<readonly UnmetRule[]> {
  const rules = asksOf(repository, pull.baseRef, protection);
  const unmet: UnmetRule[] = [];
  const opinions = opinionsOf(repository, pull);
  if (rules.approvals > 0 && opinions.includes("CHANGES_REQUESTED")) {
    unmet.push({ kind: "changes-requested", message: "Changes have been requested." });
  }
  if (opinions.filter((state) => state === "APPROVED").length < rules.approvals) {
    const message = `At least ${rules.approvals} approving review is required by reviewers with write access.`;
    unmet.push({ kind: "reviews", message });
  }
  const missing = rules.requiredChecks.filter((name) => checkState(repository, pull.headSha, name) !== "success");
  if (missing.length > 0) {
    unmet.push({
      kind: "checks",
      message: `${missing.length} of ${rules.requiredChecks.length} required status checks have not succeeded.`,
    });
  }
  if (rules.strict && !(await repository.git.isAncestor(`refs/heads/${pull.baseRef}`, pull.headSha))) {
    unmet.push({ kind: "behind", message: "The head branch is not up to date with the base branch." });
  }
  return unmet;
}

/** The newest opinion of each person who may write. */
function opinionsOf(repository: Repository, pull: Pull): readonly string[] {
  const newest = new Map<string, string>();
  for (const { author, state } of pull.reviews) {
    const role = repository.roles.get(author.toLowerCase()) ?? (author.endsWith("[bot]") ? "write" : "none");
    const counts = ["write", "maintain", "admin"].includes(role);
    if (counts && ["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(state)) newest.set(author, state);
  }
  return [...newest.values()];
}
