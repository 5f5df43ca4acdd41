import { taskKey, type Attempt, type CommitSha, type Json, type Receipt, type Task } from "@orch/core";

import { INVISIBLE, visibleLine } from "./clean-text.ts";
import { commandLine } from "./command-line.ts";
import { cutEnd, cutList } from "./cut-text.ts";
import { createEnvelope, type Envelope } from "./envelope.ts";
import { receiptText } from "./past-attempt.ts";
import { createTemplates } from "./templates-engine.ts";
import { notesText, taskText } from "./variables.ts";

/** What a review is asked about. */
export interface ReviewFacts {
  readonly task: Task;
  readonly attempt: Pick<Attempt, "attempt" | "assignment" | "diff" | "report">;
  readonly receipts: readonly Receipt[];
  /** The folder where the commit is checked out. */
  readonly folder: string;
  readonly base: CommitSha;
  readonly commit: CommitSha;
  /** The unified diff, redacted; what is longer than shown is left to the folder. */
  readonly diff: string;
  /** What the answer has to name; letters and digits. */
  readonly id: string;
  readonly schema: Json;
}

/** The variables of `review-system.md`. */
export interface ReviewSystemVariables {
  readonly project: string;
  readonly folder: string;
  readonly base: string;
  readonly commit: string;
  readonly fence: string;
  readonly id: string;
}

/** The variables of `review.md`; each text of others in its envelope. */
export interface ReviewVariables {
  readonly key: string;
  readonly attempt: number;
  readonly base: string;
  readonly commit: string;
  readonly author: string;
  readonly task: string;
  readonly notes: readonly string[];
  /** Checks with what they came to. */
  readonly receipts: readonly string[];
  /** What the author says; empty: nothing. */
  readonly report: string;
  readonly files: string;
  readonly diff: string;
  /** True: the diff is longer than what is shown. */
  readonly cut: boolean;
  readonly schema: string;
}

const KILOBYTE = 1024;
const MOST_DIFF = 96 * KILOBYTE;
const MOST_FILES = 300;
const MOST_RECEIPTS = 50;
const MOST_LINE = 400;
const MOST_REPORT = 8 * KILOBYTE;
const MOST_REPORT_ITEMS = 50;

/**
 * Writes the request for a review (seed rows A104–A107): bounded, with everything that others wrote in envelopes.
 * `fence` is a fresh random text of 16 to 128 letters and digits. Throws `template_invalid`.
 */
export function renderReview(
  facts: ReviewFacts,
  { fence }: { readonly fence: string },
): { readonly system: string; readonly message: string } {
  const envelope = createEnvelope(fence);
  const { task, attempt, base, commit, id } = facts;
  const system: ReviewSystemVariables = { project: task.project, folder: facts.folder, base, commit, fence, id };
  const files = (attempt.diff?.files ?? []).map(
    ({ change, path, added, deleted }) => `${change} ${cutEnd(visibleLine(path), MOST_LINE)} (+${added} -${deleted})`,
  );
  const whole = withSigns(facts.diff.trimEnd());
  const diff = cutEnd(whole, MOST_DIFF);
  const message: ReviewVariables = {
    key: taskKey(task),
    attempt: attempt.attempt,
    base,
    commit,
    author: attempt.assignment.agent,
    task: taskText(task, envelope),
    notes: notesText(task.notes, envelope),
    receipts: receiptsText(facts.receipts, envelope),
    report: reportText(attempt.report, envelope),
    files: envelope.wrap("files of the change", cutList(files, MOST_FILES).join("\n")),
    diff: envelope.wrap("diff", diff),
    cut: diff !== whole,
    schema: JSON.stringify(facts.schema),
  };
  const templates = createTemplates();
  return { system: templates.fill("review-system", system), message: templates.fill("review", message) };
}

/** What a change hides is what its reviewer has to see: `[U+202E]` in place of a mark that turns text around. */
function withSigns(diff: string): string {
  const sign = (mark: string): string =>
    `[U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
  return diff.replaceAll("\r\n", "\n").replaceAll(INVISIBLE, sign);
}

/** One that passed needs a line; of another the end of its output is told. */
function receiptsText(receipts: readonly Receipt[], envelope: Envelope): readonly string[] {
  const texts = receipts.map((receipt) => {
    const { check, argv, exitCode, timedOut } = receipt;
    if (exitCode !== 0 || timedOut) return envelope.wrap(`check ${check}`, receiptText(receipt));
    return cutEnd(envelope.line(`- ${check} (${commandLine(argv)}): passed`), MOST_LINE);
  });
  return cutList(texts, MOST_RECEIPTS);
}

function reportText(report: ReviewFacts["attempt"]["report"], envelope: Envelope): string {
  if (report === undefined) return "";
  const list = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [`${title}:`, ...cutList(items, MOST_REPORT_ITEMS).map((item) => `- ${item}`)];
  const lines = [
    report.summary,
    ...list("Finished", report.accomplished),
    ...list("Left to do", report.remaining),
    ...list("In the way", report.blockers),
  ];
  return envelope.wrap("report of the author", cutEnd(lines.join("\n"), MOST_REPORT));
}
