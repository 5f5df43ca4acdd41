import type { ReviewAnswer, ReviewReply, ReviewWords, Task } from "@orch/core";
import { neutraliseOutput as neutral } from "@orch/security";

const MOST_NOTES = 32_000;
const HEADINGS: Readonly<Record<ReviewAnswer["decision"], string>> = {
  approve: "Automated Review — Approve",
  request_changes: "Automated Review — Changes Requested",
  reject: "Automated Review — Rejected",
};

/** What a review asks for, for the agent that goes on. */
export function reviewNotes({ notes, issues }: ReviewAnswer): string {
  const places = issues.map(
    ({ file, line, severity, description }) =>
      `${severity} at ${line === undefined ? file : `${file}:${line}`}: ${description}`,
  );
  return [notes, ...places].filter(Boolean).join("\n").slice(0, MOST_NOTES);
}

/** A review agent's review as the forge shows it (seed row A108). */
export function reviewToPost(
  task: Extract<Task, { status: "in_review" }>,
  { by, chosen, review }: Extract<ReviewReply, { kind: "review" }>,
): ReviewWords {
  const { decision, notes, tests, issues } = review;
  const whole = issues.filter(({ line }) => line === undefined);
  const list = whole.map(({ file, severity, description }) => neutral(`- **${severity}** \`${file}\`: ${description}`));
  const body = [
    `## ${HEADINGS[decision]}`,
    neutral(notes),
    ...(list.length === 0 ? [] : [list.join("\n")]),
    `By ${by}${chosen === undefined ? "" : ` (${chosen})`}, on ${task.result.commit.slice(0, 12)}; tests: ${tests}.`,
  ].join("\n\n");
  return {
    decision: decision === "approve" ? "approve" : "request_changes",
    body,
    comments: issues.flatMap(({ file, line, severity, description }) =>
      line === undefined ? [] : [{ path: file, line, body: neutral(`**${severity}**: ${description}`) }],
    ),
  };
}
