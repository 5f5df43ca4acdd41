import { createHmac } from "node:crypto";

import type { ForgeComment, ForgeIssue } from "@orch/core";

/** The words that an approval covers, held as a hash. */
export interface TextPin {
  /** 64 hexadecimal digits. Keyed, so that nobody can make two texts with one beginning. */
  readonly hash: string;
  /** The ids of the strangers' comments that it covers, ascending. */
  readonly comments: readonly number[];
}

/** How many digits of a hash people are shown and write. */
const SHOWN_DIGITS = 12;
const NAMED = /^[0-9a-f]{12,64}$/;

/** The pin of an issue's title and text with some of its comments; a comment that is gone counts as an empty one. */
export function pinOf(
  issue: Pick<ForgeIssue, "id" | "title" | "body">,
  from: { readonly comments: readonly ForgeComment[]; readonly ids: readonly number[]; readonly key: Uint8Array },
): TextPin {
  const ids = [...new Set(from.ids)].toSorted((one, other) => one - other);
  const said = ids.map((id) => [id, from.comments.find((comment) => comment.id === id)?.body ?? null]);
  // JSON keeps the parts apart, whatever they hold.
  const text = JSON.stringify(["orch-pin-1", issue.id, issue.title, issue.body, said]);
  return { hash: createHmac("sha256", from.key).update(text).digest("hex"), comments: ids };
}

/** What people write to approve exactly this text: `/approve <name>`. */
export function pinName({ hash }: TextPin): string {
  return hash.slice(0, SHOWN_DIGITS);
}

/** True when somebody named this pin; fewer than twelve digits name none. */
export function namesPin(named: string, { hash }: TextPin): boolean {
  return NAMED.test(named.toLowerCase()) && hash.startsWith(named.toLowerCase());
}
