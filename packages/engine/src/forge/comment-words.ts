import { meaningOf, type Attempt, type ForgeIssue, type Receipt, type Task, type Verdict } from "@orch/core";
import { responseMark, statusMark, type IntakeDecision } from "@orch/forge";

import { markerOf, type Site } from "./site.ts";

/** A comment with the mark by which orch finds it again. */
export interface MarkedComment {
  readonly marker: string;
  readonly body: string;
}

/** The one comment that tells how a task stands (seed rows A21, B51). */
export function statusComment(
  site: Site,
  input: { readonly task: Task; readonly attempts: readonly Attempt[] },
): MarkedComment {
  return { marker: markerOf(site, statusMark(input.task), Number(input.task.id)), body: statusText(input) };
}

/** How a task stands, as a table. */
export function statusText({ task, attempts }: { readonly task: Task; readonly attempts: readonly Attempt[] }): string {
  const last = attempts.at(-1);
  const rows: readonly (readonly [string, string])[] = [
    ["State", task.status],
    ...(last === undefined
      ? []
      : ([
          ["Agent", last.assignment.agent],
          ["Attempt", String(last.attempt)],
        ] as const)),
    ...(task.branch === undefined ? [] : [["Branch", `\`${task.branch}\``] as const]),
    ...(task.pull === undefined ? [] : [["Pull request", task.pull.url] as const]),
    ...(task.status === "needs_review"
      ? ([
          ["Why", `${task.reason}: ${task.detail}`],
          ["Next", meaningOf(task.reason).hint],
        ] as const)
      : []),
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value.replaceAll("|", "\\|").replaceAll("\n", " ")} |`);
  return ["| orch | |", "| --- | --- |", ...table].join("\n");
}

/** What one attempt came to. */
export function resultComment(
  site: Site,
  input: { readonly task: Task; readonly attempt: Attempt; readonly receipts: readonly Receipt[] },
): MarkedComment {
  const { task, attempt, receipts } = input;
  const { report, verdict, assignment } = attempt;
  const came = verdict === undefined ? "unknown" : verdictText(verdict);
  const lines = [
    `**Attempt ${attempt.attempt}** by ${assignment.agent}: ${came}`,
    ...(report?.summary === undefined ? [] : [report.summary]),
    ...receipts.map(({ check, exitCode }) => `- ${check}: ${exitCode === 0 ? "passed" : `exit ${exitCode}`}`),
  ];
  return { marker: markerOf(site, responseMark(task, attempt.attempt), Number(task.id)), body: lines.join("\n\n") };
}

/** Why a stranger's issue waits, and what somebody who may has to say; one comment, which follows the text. */
export function waitsComment(
  site: Site,
  { issue, decision }: { readonly issue: ForgeIssue; readonly decision: Extract<IntakeDecision, { kind: "wait" }> },
): MarkedComment {
  const why = {
    stranger: `@${issue.author.login} may not write in this repository, so somebody who may has to read this issue first.`,
    edited: "The text was changed after it had been approved, so somebody who may write has to read it once more.",
    unclear: "It is not sure which text was approved, so the approval has to name it.",
  }[decision.why];
  const body = `${why} To let orch work on it as it is now, comment:\n\n    ${decision.command}\n`;
  const mark = { kind: "status", subject: `waits ${issue.id}` } as const;
  return { marker: markerOf(site, mark, Number(issue.id)), body };
}

function verdictText(verdict: Verdict): string {
  return verdict.kind === "pass" ? "pass" : `${verdict.reason}: ${verdict.detail}`;
}
