import {
  isInternalTask,
  taskKey,
  trustRules,
  type Attempt,
  type ForgeSettings,
  type Receipt,
  type Task,
} from "@orch/core";

type InReview = Extract<Task, { status: "in_review" }>;

/** A pull request's words. */
export interface PullWords {
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
}

/** What a pull request's words are made from. */
export interface PullInput {
  readonly task: InReview;
  readonly attempt: Attempt | undefined;
  readonly receipts: readonly Receipt[];
  readonly settings: ForgeSettings;
}

const MOST_TITLE = 200;

/** A pull request's title and text: what was done, what proves it, and whose work it is (seed row A89). */
export function pullWords({ task, attempt, receipts, settings }: PullInput): PullWords {
  const { report, assignment } = attempt ?? {};
  const proofs = receipts.map(
    ({ check, exitCode }) => `| ${check} | ${exitCode === 0 ? "passed" : `exit ${exitCode}`} |`,
  );
  const body = [
    ...section("Summary", report?.summary === undefined ? [] : [report.summary]),
    ...section("What was done", bullets(report?.accomplished)),
    ...section("Remaining", bullets(report?.remaining)),
    ...section("Checks", proofs.length === 0 ? [] : ["| check | result |", "| --- | --- |", ...proofs]),
    ...linkOf(task, settings),
    `---\n${taskKey(task)}, attempt ${task.result.attempt} by ${assignment?.agent ?? "an agent"} on \`${task.result.commit.slice(0, 12)}\`, checked by orch.`,
  ].join("\n\n");
  return { title: titleOf(task), body, draft: settings.pull.draft || !trustRules(task).mergesAlone };
}

/** How a pull request is merged, and what the commit says. */
export function mergeWords(input: { readonly task: InReview; readonly settings: ForgeSettings }): {
  readonly method: ForgeSettings["pull"]["mergeMethod"];
  readonly title: string;
  readonly message: string;
} {
  const { task, settings } = input;
  const number = task.pull === undefined ? "" : ` (#${task.pull.number})`;
  return { method: settings.pull.mergeMethod, title: `${titleOf(task)}${number}`, message: `Task: ${taskKey(task)}\n` };
}

function titleOf({ title }: Task): string {
  const line = title.split("\n", 1)[0]?.trim() ?? "";
  return line.length > MOST_TITLE ? `${line.slice(0, MOST_TITLE - 1)}…` : line;
}

function linkOf(task: Task, { pull }: ForgeSettings): readonly string[] {
  if (isInternalTask(task.id) || pull.linkStyle === "none") return [];
  return [`${pull.linkStyle === "closes" ? "Closes" : "Refs"} #${task.id}`];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.join("\n")];
}

function bullets(texts: readonly string[] = []): readonly string[] {
  return texts.map((text) => `- ${text}`);
}
