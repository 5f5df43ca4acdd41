import {
  issueNumberOf,
  taskKey,
  trustRules,
  type Attempt,
  type PullSettings,
  type Receipt,
  type Task,
} from "@orch/core";

import { receiptsTable, shownConfinement } from "../comments/result-comment.ts";
import { bounded } from "../text/bounded.ts";
import { codeSpan, fenced, paragraphs, shownLine, type Neutralise } from "../text/shown-text.ts";
import { changesByArea } from "./changes-by-area.ts";
import { evidenceBlock, type GateResult } from "./gate.ts";
import { ownPart, sealed } from "./kept-text.ts";
import { fillTemplate, type PullSection } from "./template.ts";

/** What a pull request's text is made from. */
export interface PullView {
  readonly task: Task;
  /** The one that gave the result. */
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  readonly gate: GateResult;
  readonly settings: PullSettings;
  /** The repository's own template for pull requests. */
  readonly template?: string;
}

type InReview = Extract<Task, { status: "in_review" }>;

const MOST_ITEMS = 30;

/** The text of a task's pull request, sealed. A template's own words all stay, in their order. */
export function pullBody(view: PullView, { neutral }: { readonly neutral: Neutralise }): string {
  const sections = sectionsOf(view, neutral);
  const evidence = evidenceBlock(view.gate, { neutral, commit: view.attempt.commit });
  const footer = [linkOf(view), ownPart(paragraphs([evidence, footerOf(view, neutral)]))];
  const { template = "" } = view;
  if (template.trim() === "") return sealed(bounded([...sections.map(titled), ...footer]));
  const { text, left } = fillTemplate(template, sections);
  return sealed(bounded([text, ...left.map(titled), ...footer]));
}

/**
 * True for pull requests that begin as drafts: where people want it, and always for words that are not trusted and for
 * what a person has to see before the merge (SECURITY D3, D8).
 */
export function isDraft(
  task: Pick<InReview, "trust"> & { readonly result?: InReview["result"] },
  settings: PullSettings,
): boolean {
  return settings.draft || !trustRules(task).mergesAlone || (task.result?.cautions ?? []).length > 0;
}

function titled({ title, text }: PullSection): string {
  return `### ${title}\n\n${text}`;
}

function sectionsOf({ task, attempt, receipts }: PullView, neutral: Neutralise): readonly PullSection[] {
  const { report, commit } = attempt;
  const approach = list(report?.accomplished ?? [], neutral);
  const notes = list(
    [...(attempt.grade?.notes ?? []), ...(attempt.warnings ?? []), ...(report?.remaining ?? [])],
    neutral,
  );
  const summary = shownLine(report?.summary ?? task.title, { neutral, most: 2000 });
  const sections: readonly PullSection[] = [
    { part: "summary", title: "What it does", text: summary },
    { part: "approach", title: "Approach", text: approach },
    { part: "changes", title: "Changes by area", text: changesByArea(attempt.diff, neutral) },
    { part: "proof", title: "Checks that orch ran", text: receiptsTable(receipts, { commit, neutral }) },
    { part: "notes", title: "For the review", text: notes },
    { part: "reproduce", title: "How to reproduce", text: reproduce(attempt, { receipts, neutral }) },
  ];
  return sections.filter(({ text }) => text !== "");
}

function list(items: readonly string[], neutral: Neutralise): string {
  const said = items.map((item) => shownLine(item, { neutral })).filter((item) => item !== "");
  const more = said.length > MOST_ITEMS ? [`- … and ${said.length - MOST_ITEMS} more`] : [];
  return [...said.slice(0, MOST_ITEMS).map((item) => `- ${item}`), ...more].join("\n");
}

/** Commands as one would type them; words that a shell would read otherwise are quoted. */
function reproduce(
  { branch }: Attempt,
  { receipts, neutral }: { readonly receipts: readonly Receipt[]; readonly neutral: Neutralise },
): string {
  if (branch === undefined) return "";
  const commands = receipts.map(({ argv }) => argv.map(quoted).join(" "));
  const lines = [`git fetch origin ${branch}`, "git switch --detach FETCH_HEAD", ...new Set(commands)];
  return fenced(lines.join("\n"), { neutral, most: 4000 });
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The text of a pull request for a branch that somebody else pushed: orch knows nothing of what is in it. */
export function pushedBody(
  view: Pick<PullView, "task" | "settings"> & { readonly branch: string },
  { neutral }: { readonly neutral: Neutralise },
): string {
  const said = `Somebody pushed ${codeSpan(view.branch, { neutral })} for this task. orch opened the pull request, and has checked nothing of it: people review and merge it, or an agent goes on with it after \`/retry\`.`;
  const footer = `---\n\n<sub>Opened by orch: task \`${taskKey(view.task)}\`.</sub>`;
  return sealed(bounded([said, linkOf(view), ownPart(footer)]));
}

function linkOf({ task, settings }: Pick<PullView, "task" | "settings">): string | undefined {
  const number = issueNumberOf(task);
  if (settings.linkStyle === "none" || number === undefined) return undefined;
  return settings.linkStyle === "closes" ? `Closes #${number}` : `Refs #${number}`;
}

function footerOf({ task, attempt }: PullView, neutral: Neutralise): string {
  const { agent, model } = attempt.assignment;
  const by = codeSpan(model === undefined ? agent : `${agent} ${model}`, { neutral });
  const bare = shownConfinement(attempt);
  const loud = bare === undefined ? "" : `\n\nThe agent: ${bare}.`;
  return `---\n\n<sub>Made by orch: task \`${taskKey(task)}\`, attempt ${attempt.attempt}, ${by}.</sub>${loud}`;
}
