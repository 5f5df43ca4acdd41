import { meaningOf, provesCommit, type Attempt, type Receipt, type Task, type Verdict } from "@orch/core";

import { bounded } from "../text/bounded.ts";
import { codeSpan, fenced, markdownTable, shownLine, shownTime, type Neutralise } from "../text/shown-text.ts";
import { agentBadge } from "./agent-badge.ts";
import { shownUsage } from "./status-comment.ts";

/** What the comment about an attempt is made from. */
export interface ResultView {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  /** Who is called when a person has to look; absent: nobody is. */
  readonly owner?: string;
}

const MOST_ITEMS = 30;
const MOST_FILES = 100;
const LONGEST_TAIL = 12_000;

/** The one comment about an attempt (seed row A21): who did it, what came of it, and the proof. At most 64,000 characters. */
export function resultComment(view: ResultView, { neutral }: { readonly neutral: Neutralise }): string {
  const { attempt, receipts } = view;
  const { report, verdict, errorTail: tail = "" } = attempt;
  const list = (title: string, items: readonly string[] | undefined): string => section(title, items ?? [], neutral);
  const proof = receiptsTable(receipts, { commit: attempt.commit, neutral });
  const problem = [report?.error, report?.reason, report?.needsHelp].flatMap((text) => text ?? []);
  return bounded([
    `### ${agentBadge(attempt.assignment, neutral)}: attempt ${attempt.attempt}`,
    verdict === undefined ? undefined : verdictText(view, { verdict, neutral }),
    markdownTable(["", ""], facts(attempt, neutral)),
    report === undefined ? undefined : shownLine(report.summary, { neutral, most: 2000 }),
    list("What it ran into", [...(report?.blockers ?? []), ...problem]),
    list("Accomplished", report?.accomplished),
    list("Remaining", report?.remaining),
    proof === "" ? undefined : `#### Checks that orch ran\n\n${proof}`,
    filesList(attempt, neutral),
    list("To know", attempt.warnings),
    tail.trim() === ""
      ? undefined
      : collapsed("The end of its error output", fenced(tail, { neutral, most: LONGEST_TAIL })),
  ]);
}

function verdictText(
  { task, owner }: ResultView,
  { verdict, neutral }: { readonly verdict: Verdict; readonly neutral: Neutralise },
): string {
  if (verdict.kind === "pass") return "✅ **passed**";
  const { summary } = meaningOf(verdict.reason);
  const call = owner === undefined || task.status !== "needs_review" ? "" : ` @${owner}`;
  const mark = verdict.kind === "human" ? "🔴 **a person has to look**" : "🟠 **not yet**";
  return `${mark} (\`${verdict.reason}\`): ${summary} ${shownLine(verdict.detail, { neutral, most: 1000 })}${call}`;
}

function facts(attempt: Attempt, neutral: Neutralise): readonly (readonly string[])[] {
  const { assignment, endedAt, startedAt, usage, model, commit, branch, updates, promptDigest } = attempt;
  const took = endedAt === undefined ? undefined : shownTime(endedAt - startedAt);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Agent", updates === undefined ? assignment.agent : undefined],
    ["Brought up to date by orch", updates === undefined ? undefined : `attempt ${updates}`],
    [
      "Model",
      (model ?? assignment.model) === undefined ? undefined : codeSpan(model ?? assignment.model ?? "", { neutral }),
    ],
    ["Complexity", assignment.complexity],
    ["Took", took],
    ["Used", shownUsage(usage)],
    ["Prompt", promptDigest === undefined ? undefined : `\`${promptDigest}\``],
    ["Branch", branch === undefined ? undefined : codeSpan(branch, { neutral })],
    ["Commit", commit],
    ["Confinement", shownConfinement(attempt)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/** What an agent could do that agents usually can't; undefined: nothing, or it has not run. */
export function shownConfinement({ confinement }: Pick<Attempt, "confinement">): string | undefined {
  if (confinement === undefined) return undefined;
  const said = [
    ...(confinement.sandbox === "none" ? ["ran without a sandbox"] : []),
    ...(confinement.credentials === "held" ? ["held its own credential"] : []),
  ];
  return said.length === 0 ? undefined : `⚠️ ${said.join(", ")}`;
}

function section(title: string, items: readonly string[], neutral: Neutralise): string {
  const said = items.map((item) => shownLine(item, { neutral })).filter((item) => item !== "");
  if (said.length === 0) return "";
  const more = said.length > MOST_ITEMS ? [`- … and ${said.length - MOST_ITEMS} more`] : [];
  return [`#### ${title}`, "", ...said.slice(0, MOST_ITEMS).map((item) => `- ${item}`), ...more].join("\n");
}

/** The checks that orch ran itself, with what came of them; empty: there are none. */
export function receiptsTable(
  receipts: readonly Receipt[],
  { commit, neutral }: { readonly commit: Attempt["commit"]; readonly neutral: Neutralise },
): string {
  if (receipts.length === 0) return "";
  const rows = receipts.map((receipt) => [
    shownLine(receipt.check, { neutral, most: 60 }),
    codeSpan(receipt.argv.join(" "), { neutral, most: 120 }),
    commit !== undefined && provesCommit(receipt, commit) ? "✅ passed" : failure(receipt),
    shownTime(receipt.endedAt - receipt.startedAt),
    `\`${receipt.commit.slice(0, 12)}\``,
  ]);
  return markdownTable(["check", "command", "result", "took", "commit"], rows);
}

function failure(receipt: Receipt): string {
  if (receipt.timedOut) return "❌ took too long";
  if (receipt.exitCode !== 0) return `❌ ended with ${receipt.exitCode ?? "a signal"}`;
  return receipt.clean ? "❌ of another commit" : "❌ the files were changed meanwhile";
}

function filesList({ diff }: Attempt, neutral: Neutralise): string {
  if (diff === undefined || diff.files.length === 0) return "";
  const files = diff.files
    .slice(0, MOST_FILES)
    .map(({ path, change, added, deleted }) => `- ${codeSpan(path, { neutral })} ${change}, +${added} −${deleted}`);
  const more = diff.files.length > MOST_FILES ? [`- … and ${diff.files.length - MOST_FILES} more`] : [];
  return collapsed(`Files: ${diff.files.length}, +${diff.added} −${diff.deleted}`, [...files, ...more].join("\n"));
}

function collapsed(title: string, text: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${text}\n\n</details>`;
}
