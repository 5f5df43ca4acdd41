import { issueNumberOf, type Task } from "@orch/core";

import { plainLine, type Neutralise } from "../text/shown-text.ts";

/** How the subjects of a repository's commits are written: `type(scope): what`, or plainly. */
export type SubjectConvention = "conventional" | "plain";

const TYPES = "build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test";
const CONVENTIONAL = new RegExp(String.raw`^(?:${TYPES})(?:\([^()\n]{1,50}\))?!?: \S`, "i");
const LONGEST_TITLE = 200;
const BY_LABEL: Readonly<Record<string, string>> = {
  bug: "fix",
  fix: "fix",
  documentation: "docs",
  docs: "docs",
  enhancement: "feat",
  feature: "feat",
  performance: "perf",
  refactoring: "refactor",
  test: "test",
  tests: "test",
};

/** How a repository writes its subjects, by its latest ones: conventional when more than half of them are. */
export function conventionOf(subjects: readonly string[]): SubjectConvention {
  const conventional = subjects.filter((subject) => CONVENTIONAL.test(subject)).length;
  return conventional * 2 > subjects.length ? "conventional" : "plain";
}

/** The title of a task's pull request, on one line: the task's own, as the repository's convention wants it. */
export function pullTitle(
  task: Pick<Task, "title" | "labels">,
  { neutral, convention = "plain" }: { readonly neutral: Neutralise; readonly convention?: SubjectConvention },
): string {
  const title = plainLine(task.title, { neutral, most: LONGEST_TITLE }) || "Untitled task";
  if (convention === "plain" || CONVENTIONAL.test(title)) return title;
  const type = task.labels.flatMap((label) => {
    const word = label.toLowerCase().replace(/^(?:type|kind)[:/]\s*/, "");
    return Object.hasOwn(BY_LABEL, word) ? [BY_LABEL[word]] : [];
  })[0];
  return `${type ?? "feat"}: ${title.slice(0, 1).toLowerCase()}${title.slice(1)}`;
}

/** Title and message of the commit that a squash makes. */
export interface SquashText {
  readonly title: string;
  readonly message: string;
}

/** The squash commit of a pull request: its title with its number, and who did what for which task. */
export function squashText(
  task: Pick<Task, "id" | "title" | "labels" | "issue">,
  from: {
    readonly pull: number;
    readonly agent: string;
    readonly summary?: string;
    readonly convention?: SubjectConvention;
    readonly neutral: Neutralise;
  },
): SquashText {
  const { neutral, convention = "plain", summary = "" } = from;
  const said = plainLine(summary, { neutral, most: 1000 });
  const number = issueNumberOf(task);
  const issue = number === undefined ? `Task: ${task.id}` : `Refs: #${number}`;
  return {
    title: `${pullTitle(task, { neutral, convention })} (#${from.pull})`,
    message: [...(said === "" ? [] : [said, ""]), issue, `Agent: ${from.agent}`].join("\n"),
  };
}
