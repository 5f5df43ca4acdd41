import { isOrchError } from "@orch/core";

/** Free and Pro plans have no drafts in private repositories: there this line makes a pull request one of ours. */
const MARK = "<!-- orch:draft -->";
const WORDS = `> **A draft.** This repository takes no drafts, so this is an ordinary pull request: orch merges it only when it is asked to.`;
const LINES = `${MARK}\n${WORDS}\n\n`;

/** Whether GitHub refuses a pull request because the repository takes no drafts. */
export function takesNoDrafts(error: unknown): boolean {
  return isOrchError(error, "forge_refused") && /draft pull requests are not supported/i.test(error.message);
}

/** A text that makes an ordinary pull request a draft of orch's, and tells people so. */
export function asDraft(body: string): string {
  return isDraftText(body) ? body : `${LINES}${body}`;
}

/** The text of one that is a draft no more. */
export function asReady(body: string): string {
  return body.replaceAll("\r\n", "\n").replace(LINES, "").replace(MARK, "");
}

/** Whether a text says that its pull request is a draft. */
export function isDraftText(body: string | null | undefined): boolean {
  return body?.includes(MARK) === true;
}
