import { meaningOf, taskKey, type Attempt, type Receipt, type Task, type Verdict } from "@orch/core";

/** A comment with the mark by which orch finds it again. */
export interface MarkedComment {
  readonly marker: string;
  readonly body: string;
}

/** The one comment that tells how a task stands (seed rows A21, B51). */
export function statusComment(input: {
  readonly task: Task;
  readonly attempts: readonly Attempt[];
  readonly now: number;
}): MarkedComment {
  const { task, attempts } = input;
  const last = attempts.at(-1);
  const rows: readonly (readonly [string, string])[] = [
    ["State", task.status],
    ...(last === undefined
      ? []
      : [["Agent", last.assignment.agent] as const, ["Attempt", String(last.attempt)] as const]),
    ...(task.branch === undefined ? [] : [["Branch", `\`${task.branch}\``] as const]),
    ...(task.pull === undefined ? [] : [["Pull request", task.pull.url] as const]),
    ...(task.status === "needs_review"
      ? [["Why", `${task.reason}: ${task.detail}`] as const, ["Next", meaningOf(task.reason).hint] as const]
      : []),
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value.replaceAll("|", "\\|").replaceAll("\n", " ")} |`);
  return { marker: `orch:status ${taskKey(task)}`, body: ["| orch | |", "| --- | --- |", ...table].join("\n") };
}

/** What one attempt came to. */
export function resultComment(input: {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
}): MarkedComment {
  const { task, attempt, receipts } = input;
  const { report, verdict, assignment } = attempt;
  const came = verdict === undefined ? "unknown" : verdictText(verdict);
  const lines = [
    `**Attempt ${attempt.attempt}** by ${assignment.agent}: ${came}`,
    ...(report?.summary === undefined ? [] : [report.summary]),
    ...receipts.map(({ check, exitCode }) => `- ${check}: ${exitCode === 0 ? "passed" : `exit ${exitCode}`}`),
  ];
  return { marker: `orch:agent-response ${taskKey(task)} attempt=${attempt.attempt}`, body: lines.join("\n\n") };
}

function verdictText(verdict: Verdict): string {
  return verdict.kind === "pass" ? "pass" : `${verdict.reason}: ${verdict.detail}`;
}
