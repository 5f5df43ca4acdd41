import type { Forge } from "@orch/core";
import { redactedOutput, type SecretRedactor } from "@orch/security";

/**
 * A forge to which no secret is told: the one way out to comments, issues, pull requests, reviews, labels and merges.
 * Every text goes through the redactor; what it can't judge is withheld. Marks are orch's own, and stay as they are.
 */
export function redactedForge<Real extends Forge>(forge: Real, redactor: SecretRedactor): Real {
  const clean = <Texts extends object>(texts: Texts): Promise<Texts> => redactedOutput(redactor, texts);
  const writes: Pick<
    Forge,
    | "openIssue"
    | "ensureLabels"
    | "setLabels"
    | "putComment"
    | "openPullRequest"
    | "editPullRequest"
    | "submitReview"
    | "merge"
  > = {
    async openIssue({ title, body, labels, ...issue }) {
      return forge.openIssue({ ...issue, ...(await clean({ title, body, labels })) });
    },
    ensureLabels: async (labels) => forge.ensureLabels(await clean(labels)),
    async setLabels({ add, ...change }) {
      return forge.setLabels({ ...change, ...(await clean({ add })) });
    },
    async putComment({ body, ...comment }) {
      return forge.putComment({ ...comment, ...(await clean({ body })) });
    },
    async openPullRequest({ title, body, ...pull }) {
      return forge.openPullRequest({ ...pull, ...(await clean({ title, body })) });
    },
    async editPullRequest({ number, ...change }) {
      return forge.editPullRequest({ number, ...(await clean(change)) });
    },
    async submitReview({ body, comments, ...review }) {
      return forge.submitReview({ ...review, ...(await clean({ body, comments })) });
    },
    async merge({ title, message, ...merge }) {
      return forge.merge({ ...merge, ...(await clean({ title, message })) });
    },
  };
  return { ...forge, ...writes };
}
