import { createHash } from "node:crypto";

import { verdictOf, type Reason, type Verdict } from "@orch/core";

/** How an attempt ends before its time: a verdict, what makes it equal to others, and what the next attempt should know. */
export interface Ending {
  readonly verdict: Verdict;
  readonly fingerprint: string;
  readonly lesson?: string;
}

/** An ending for a reason. The fingerprint is the detail without what varies from run to run. */
export function endingFor(
  reason: Reason,
  detail: string,
  more: { readonly retryAt?: number; readonly lesson?: string } = {},
): Ending {
  return {
    verdict: verdictOf(reason, detail, more.retryAt),
    fingerprint: fingerprintOf(`${reason} ${detail}`),
    ...(more.lesson === undefined ? {} : { lesson: more.lesson }),
  };
}

/** A hash over a text with numbers, long hexadecimal words and paths folded, so that equal failures look equal. */
export function fingerprintOf(text: string): string {
  const folded = text
    .slice(0, 20_000)
    .toLowerCase()
    .replaceAll(/[0-9a-f]{7,}/g, "#")
    .replaceAll(/\d+/g, "#")
    .replaceAll(/(?:\/[\w.@#-]+)+/g, "/…")
    .replaceAll(/\s+/g, " ");
  return createHash("sha256").update(folded).digest("hex").slice(0, 16);
}
