import { meaningOf, type Grade, type MergePolicy, type Verdict } from "@orch/core";

/** What whoever looks after the work should do next (seed row C55). */
export interface Recommendation {
  /**
   * `advance`: nothing, orch goes on; `human_review_gate`: look at a result that is ready and merge it; `retry`: nothing,
   * orch tries again; `human_review`: look at what went wrong.
   */
  readonly action: "advance" | "human_review_gate" | "retry" | "human_review";
  readonly priority: "low" | "normal" | "high";
  readonly why: string;
}

/** What follows from a verdict and the policy. */
export function recommend(
  verdict: Verdict,
  { grade, merge }: { readonly grade: Grade; readonly merge: MergePolicy },
): Recommendation {
  if (verdict.kind === "human") {
    return { action: "human_review", priority: "high", why: `${verdict.detail} ${meaningOf(verdict.reason).hint}` };
  }
  if (verdict.kind === "retryable") {
    return { action: "retry", priority: "normal", why: `${verdict.reason}: orch tries again by itself.` };
  }
  if (grade.evidence.checksPassed === 0) {
    const why = "The result is ready, but no check proves it: read the change before you merge it.";
    return { action: "human_review_gate", priority: "high", why };
  }
  if (merge === "approve_gate") {
    const [first] = grade.notes;
    const why = "The result is proven and waits for: orch task merge";
    if (first === undefined) return { action: "human_review_gate", priority: "normal", why };
    return { action: "human_review_gate", priority: "high", why: `${why}. Before that, read: ${first}` };
  }
  const why = merge === "auto" ? "orch merges it by itself." : "The published branch is the end.";
  return { action: "advance", priority: "low", why };
}
