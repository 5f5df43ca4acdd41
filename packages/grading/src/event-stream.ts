import { createHash } from "node:crypto";

import type { AttemptRef, Verdict } from "@orch/core";

/**
 * Why the events of an attempt are kept although its task is settled (seed row C57). Those of an attempt that did not pass
 * always are; of the others a share, the same ones whoever asks.
 */
export type EventStreamReason =
  | { readonly reason: "not_passed" }
  /** `rank`: 0 to 99; kept while `retention.passed_percent` is above it. */
  | { readonly reason: "sampled"; readonly rank: number };

/** The reason that an attempt's record says. */
export function eventStreamReason(ref: AttemptRef, verdict: Verdict | undefined): EventStreamReason {
  if (verdict?.kind !== "pass") return { reason: "not_passed" };
  const hash = createHash("sha1").update(`${ref.project}#${ref.id}:${ref.attempt}`).digest("hex");
  return { reason: "sampled", rank: Number.parseInt(hash.slice(0, 8), 16) % 100 };
}

/** The reason that holds now; undefined: they need not be kept. `percent`: 0 to 100. */
export function eventStreamKept(
  ref: AttemptRef,
  { verdict, percent }: { readonly verdict: Verdict | undefined; readonly percent: number },
): EventStreamReason["reason"] | undefined {
  const why = eventStreamReason(ref, verdict);
  return why.reason === "not_passed" || why.rank < percent ? why.reason : undefined;
}
