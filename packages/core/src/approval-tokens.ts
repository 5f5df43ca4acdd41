import { createHash } from "node:crypto";

import type { CommitSha } from "./ids.ts";
import type { BranchResult, Task } from "./task.ts";

/** A word that approves one result, once; of the word itself only a hash is kept. */
export interface ApprovalToken {
  readonly hash: string;
  /** The commit that was shown. */
  readonly commit: CommitSha;
  /** What was shown with it, as `contentOf` names it. */
  readonly content: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Who used it; absent: nobody yet. */
  readonly usedBy?: string;
}

/** What is kept of a token's word; case, blanks and dashes around its digits don't count. */
export function hashToken(word: string): string {
  return sha256(word.toLowerCase().replaceAll(/[\s-]/g, ""));
}

/** A name for what a person sees of a result: another one as soon as the words, the branches or the commit differ. */
export function contentOf({ title, body }: Pick<Task, "title" | "body">, result: BranchResult): string {
  const { base, branch, commit } = result;
  return sha256(JSON.stringify([title, body, base, branch, commit]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
