import type { Relative, Relatives, WorkSoFar } from "@orch/core";

import { visibleLine } from "./clean-text.ts";
import { cutEnd, cutList, cutMiddle } from "./cut-text.ts";
import type { Envelope } from "./envelope.ts";

const MOST_KEPT = 20 * 1024;
const MOST_SUMMARY = 1024;
const MOST_SIBLINGS = 20;
const MOST_PARTS = 50;
const MOST_DIFF = 10_000;
const MOST_LOG_LINES = 100;
const MOST_LOG_LINE = 200;

/** What is kept for a task, in its envelope: its beginning and its end. Empty: nothing. */
export function keptText(text: string | undefined, envelope: Envelope): string {
  const kept = text?.trim() ?? "";
  return kept === "" ? "" : envelope.wrap("kept for this task", cutMiddle(kept, MOST_KEPT));
}

/** The parent and its other parts, in their envelope; empty: the task is nobody's part. */
export function relativesText(relatives: Relatives | undefined, envelope: Envelope): string {
  if (relatives === undefined) return "";
  const { parent, siblings } = relatives;
  const lines = [`Whole: ${relativeText(parent)}`, ...siblings.map((sibling) => `Part: ${relativeText(sibling)}`)];
  return envelope.wrap("other tasks", cutList(lines, MOST_SIBLINGS + 1).join("\n"));
}

/** What others did of a task, in its envelope; empty: nothing. */
export function partsText(parts: readonly Relative[] | undefined, envelope: Envelope): string {
  if (parts === undefined || parts.length === 0) return "";
  return envelope.wrap("parts of this task", cutList(parts.map(relativeText), MOST_PARTS).join("\n"));
}

function relativeText({ id, title, status, summary }: Relative): string {
  const said = summary === undefined ? "" : ` – ${cutEnd(visibleLine(summary), MOST_SUMMARY)}`;
  return `${id} (${status}) ${cutEnd(visibleLine(title), 300)}${said}`;
}

/** What is on the branch already, in envelopes; empty texts: nothing. */
export function soFarText(
  soFar: WorkSoFar | undefined,
  envelope: Envelope,
): { readonly diff: string; readonly log: string } {
  const diff = soFar?.diff.trimEnd() ?? "";
  const log = cutList(soFar?.log ?? [], MOST_LOG_LINES).map((line) => cutEnd(visibleLine(line), MOST_LOG_LINE));
  return {
    diff: diff === "" ? "" : envelope.wrap("diff", cutEnd(diff, MOST_DIFF)),
    log: log.length === 0 ? "" : envelope.wrap("history, newest first", log.join("\n")),
  };
}
