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

const FOLDED_TAIL = 2_000;
const LONGEST_FOLDED = 50_000;

/** A hash over a text without what varies from run to run, so that equal failures look equal. */
export function fingerprintOf(text: string): string {
  return createHash("sha256").update(fold(text)).digest("hex").slice(0, 16);
}

/**
 * The end of an output, without what varies from run to run. Only its last 2,000 characters: the beginning of an output
 * that was cut to a length moves with the width of its numbers.
 */
export function foldedTail(output: string): string {
  return fold(output).slice(-FOLDED_TAIL);
}

function fold(text: string): string {
  return text
    .slice(-LONGEST_FOLDED)
    .toLowerCase()
    .replaceAll(/[0-9a-f]{7,}/g, "#")
    .replaceAll(/\d+(?:[.,:]\d+)*(?:\s?(?:ns|µs|us|ms|s|sec|seconds?|min|minutes?)\b)?/g, "#")
    .replaceAll(/(?:\/[\w.@#-]+)+/g, "/…")
    .replaceAll(/\s+/g, " ");
}
