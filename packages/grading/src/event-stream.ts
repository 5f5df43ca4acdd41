import { createHash } from "node:crypto";

import type { AttemptRef, Verdict } from "@orch/core";

/**
 * Why the events of an attempt are kept although its task is settled; undefined: they need not be. Those of an attempt
 * that did not pass always are; of the others a share, the same ones whoever asks (seed row C57). `percent`: 0 to 100.
 */
export function eventStreamKept(
  ref: AttemptRef,
  { verdict, percent }: { readonly verdict: Verdict | undefined; readonly percent: number },
): "not_passed" | "sampled" | undefined {
  if (verdict?.kind !== "pass") return "not_passed";
  const hash = createHash("sha1").update(`${ref.project}#${ref.id}:${ref.attempt}`).digest("hex");
  return Number.parseInt(hash.slice(0, 8), 16) % 100 < percent ? "sampled" : undefined;
}
