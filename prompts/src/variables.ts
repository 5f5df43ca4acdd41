import { taskKey, type HiddenPassage, type PromptInput } from "@orch/core";

import { visibleLine } from "./clean-text.ts";
import { commandLine } from "./command-line.ts";
import { keptText, partsText, relativesText, soFarText } from "./context-text.ts";
import { cutEnd, cutList } from "./cut-text.ts";
import { createEnvelope, type Envelope } from "./envelope.ts";
import { hiddenPassages, openText } from "./hidden-text.ts";
import { pastAttemptText } from "./past-attempt.ts";

/** The variables of `agent-system.md`. */
export interface SystemVariables {
  readonly project: string;
  readonly folder: string;
  readonly branch: string;
  readonly baseCommit: string;
  readonly fence: string;
  readonly protectedPaths: readonly string[];
  /** Empty: the agent answers with the report. */
  readonly reportFile: string;
  readonly readOnly: boolean;
  readonly planning: boolean;
  /** Instruction files, each in its envelope. */
  readonly instructions: readonly string[];
  /** Documents of skills, each in its envelope. */
  readonly skills: readonly string[];
  /** The file list in its envelope; empty: none. */
  readonly tree: string;
}

/** The variables of `agent-message.md`. */
export interface MessageVariables {
  readonly key: string;
  readonly attempt: number;
  /** What is wanted, in its envelope. */
  readonly task: string;
  /** The part that the router saw for the agent, in its envelope; empty: none. */
  readonly part: string;
  /** What people said since, oldest first, each in its envelope. */
  readonly notes: readonly string[];
  readonly checks: readonly string[];
  /** Earlier attempts, each in its envelope. */
  readonly past: readonly string[];
  /** What is kept for the task on the machine, in its envelope; empty: nothing. */
  readonly context: string;
  /** The parent and its other parts, in their envelope; empty: none. */
  readonly relatives: string;
  /** What others did of it, in its envelope; empty: nothing. */
  readonly parts: string;
  /** The diff and the history of the branch, each in its envelope; empty: nothing yet. */
  readonly diff: string;
  readonly log: string;
  readonly reportFile: string;
  readonly readOnly: boolean;
  readonly planning: boolean;
}

const KILOBYTE = 1024;
const MOST_BODY = 64 * KILOBYTE;
const MOST_TITLE = 2 * KILOBYTE;
const MOST_NOTE = 20 * KILOBYTE;
const MOST_INSTRUCTION = 32 * KILOBYTE;
const MOST_INSTRUCTION_FILES = 10;
const MOST_TREE_LINES = 200;
const MOST_LABELS = 50;
const MOST_CHECKS = 50;
const MOST_CHECK_LINE = 2 * KILOBYTE;
const MOST_PAST = 3;

/** The facts as the system prompt's variables: bounded, and what others wrote in envelopes. */
export function systemVariables(input: PromptInput): SystemVariables {
  const envelope = createEnvelope(input.fence);
  const files = Object.entries(input.instructions).filter(([, text]) => text.trim() !== "");
  const tree = cutList(input.tree, MOST_TREE_LINES).map((path) => cutEnd(visibleLine(path), 300));
  return {
    project: input.task.project,
    folder: input.folder,
    branch: input.branch,
    baseCommit: input.baseCommit,
    fence: input.fence,
    protectedPaths: cutList(input.protectedPaths ?? [], MOST_LABELS).map((pattern) =>
      cutEnd(envelope.line(pattern), 200),
    ),
    reportFile: input.reportFile ?? "",
    readOnly: input.readOnly === true,
    planning: input.planning === true,
    instructions: cutList(
      files.map(([path, text]) => envelope.wrap(cutEnd(path, 300), cutEnd(text.trimEnd(), MOST_INSTRUCTION))),
      MOST_INSTRUCTION_FILES,
    ),
    skills: cutList(
      Object.entries(input.skills ?? {}).map(([id, text]) =>
        envelope.wrap(
          `skill ${cutEnd(id, 100)}${input.requiredSkills?.includes(id) === true ? " [REQUIRED]" : ""}`,
          cutEnd(text.trimEnd(), MOST_INSTRUCTION),
        ),
      ),
      MOST_INSTRUCTION_FILES,
    ),
    tree: tree.length === 0 ? "" : envelope.wrap("files", tree.join("\n")),
  };
}

/** The facts as the message's variables: bounded, and what others wrote in envelopes. */
export function messageVariables(input: PromptInput): MessageVariables {
  const envelope = createEnvelope(input.fence);
  const checks = input.checks.map(({ name, run }) =>
    cutEnd(envelope.line(`${name}: ${commandLine(run)}`), MOST_CHECK_LINE),
  );
  return {
    key: taskKey(input.task),
    attempt: input.attempt,
    task: taskText(input.task, envelope),
    part: partText(input.task, envelope),
    notes: notesText(input.task.notes, envelope),
    checks: cutList(checks, MOST_CHECKS),
    past: input.past.slice(-MOST_PAST).map((past) => pastAttemptText(past, envelope)),
    context: keptText(input.context, envelope),
    relatives: relativesText(input.relatives, envelope),
    parts: partsText(input.parts, envelope),
    ...soFarText(input.soFar, envelope),
    reportFile: input.reportFile ?? "",
    readOnly: input.readOnly === true,
    planning: input.planning === true,
  };
}

/** What is wanted, in its envelope: title, labels and body, bounded. */
export function taskText(task: PromptInput["task"], envelope: Envelope): string {
  const { title, body, labels, source } = task;
  const shownBody = cutEnd(isStrangers(task) ? openText(body) : body, MOST_BODY).trim();
  const shownLabels = cutList(
    labels.map((label) => cutEnd(visibleLine(label), 100)),
    MOST_LABELS,
  );
  const author = source.actor === undefined ? source.kind : `${cutEnd(visibleLine(source.actor), 80)} (${source.kind})`;
  const lines = [
    `Title: ${cutEnd(visibleLine(title), MOST_TITLE)}`,
    ...(shownLabels.length === 0 ? [] : [`Labels: ${shownLabels.join(", ")}`]),
    ...(shownBody === "" ? [] : ["", shownBody]),
  ];
  return envelope.wrap(`task, written by ${author}`, lines.join("\n"));
}

/** What an audit should see of the task's words although a person would not (SECURITY D2). */
export function hiddenInTask(task: PromptInput["task"]): readonly HiddenPassage[] {
  const [strangers, title, labels] = [isStrangers(task), task.title, task.labels.join(" ")];
  const passages = Object.entries({ title, body: task.body, labels }).flatMap(([where, text]) =>
    passagesIn(where, { text, isOutside: strangers }),
  );
  const notes = (task.notes ?? []).flatMap(({ from, text }, index) =>
    passagesIn(`note ${index + 1}`, { text, isOutside: strangers || isOutside(from) }),
  );
  return [...passages, ...notes];
}

function passagesIn(
  where: string,
  { text, isOutside }: { readonly text: string; readonly isOutside: boolean },
): readonly HiddenPassage[] {
  const passages = hiddenPassages(where, text);
  // What a person of this machine comments out or folds away is meant so.
  return isOutside ? passages : passages.filter(({ kind }) => kind === "invisible" || kind === "terminal");
}

/** True for whoever speaks from a forge, such as `github:octo`. */
function isOutside(from: string): boolean {
  return OUTSIDE.has(from.split(":")[0] ?? "");
}

function isStrangers({ source, trust = "trusted" }: PromptInput["task"]): boolean {
  return OUTSIDE.has(source.kind) || trust !== "trusted";
}

/** Where words come from that others than the person of this machine write. */
const OUTSIDE: ReadonlySet<string> = new Set(["github", "mention", "delegation"]);

/** What people and reviews said since, each in its envelope. */
export function notesText(notes: PromptInput["task"]["notes"] = [], envelope: Envelope): readonly string[] {
  return notes.map(({ from, text }) =>
    envelope.wrap(
      `note of ${cutEnd(visibleLine(from), 80)}`,
      cutEnd(isOutside(from) ? openText(text) : text, MOST_NOTE).trim(),
    ),
  );
}

/** A model that had read strangers' text wrote it, so it is data too. */
function partText(task: PromptInput["task"], envelope: Envelope): string {
  const profile = "assignment" in task ? task.assignment.profile : undefined;
  if (profile === undefined) return "";
  const line = (name: string, texts: readonly string[]): readonly string[] => {
    const shown = texts.map((text) => visibleLine(text)).filter((text) => text !== "");
    return shown.length === 0 ? [] : [cutEnd(`${name}: ${shown.join("; ")}`, MOST_CHECK_LINE)];
  };
  const lines = [
    ...line("Role", [profile.role]),
    ...line("Skills", profile.skills),
    ...line("Tools", profile.tools),
    ...line("Constraints", profile.constraints),
  ];
  return lines.length === 0 ? "" : envelope.wrap("suggested part", lines.join("\n"));
}
