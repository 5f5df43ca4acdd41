import {
  cautionTexts,
  countedTokens,
  isInternalTask,
  missingLines,
  reasonTable,
  taskKey,
  type Assignment,
  type Attempt,
  type PullRequest,
  type Task,
  type TaskStatus,
  type Usage,
} from "@orch/core";

import {
  belowIssues,
  codeSpan,
  markdownTable,
  paragraphs,
  shownLine,
  shownTime,
  type Neutralise,
} from "../text/shown-text.ts";
import { agentBadge } from "./agent-badge.ts";

/** What the status comment of a task shows. */
export interface StatusView {
  readonly task: Task;
  /** The last one; absent: there was none. */
  readonly attempt?: Attempt;
  /** Of all attempts together. */
  readonly usage?: Usage;
  /** What happened last, in one sentence. */
  readonly lastEvent?: { readonly text: string; readonly at: number };
  readonly pull?: Pick<PullRequest, "number" | "url">;
  /** How much time an attempt may take; 0 or absent: no limit. Milliseconds. */
  readonly budgetMs?: number;
  /** What people should know, one sentence each, such as labels that can't be read. */
  readonly notes?: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

const MEANINGS: Readonly<Record<TaskStatus, string>> = {
  new: "waits to be given to an agent",
  routed: "waits for a free place",
  in_progress: "an agent works on it",
  in_review: "a result is there and waits for its merge",
  done: "done",
  blocked: "waits for other tasks",
  needs_review: "a person has to look",
  cancelled: "given up",
};

/** The commands that make sense in a state, with what they do. */
const MERGE_ANYWAY: readonly [string, string] = ["/merge", "merges the result as it is"];

const NEXT: Readonly<Record<TaskStatus, readonly (readonly [string, string])[]>> = {
  new: [
    ["/assign <agent>", "chooses who does it"],
    ["/priority high", "lets it go first"],
    ["/block", "stops it"],
  ],
  routed: [
    ["/reroute <agent>", "gives it to somebody else"],
    ["/priority high", "lets it go first"],
    ["/block", "stops it"],
  ],
  in_progress: [
    ["/context <text>", "tells it something"],
    ["/block", "stops it"],
  ],
  in_review: [
    ["/merge", "merges the result"],
    ["/review", "has it looked at by an agent"],
    ["/retry <note>", "asks for another go"],
  ],
  done: [],
  blocked: [["/unblock", "lets it go on without them"]],
  needs_review: [
    ["/retry <note>", "tries again and tells the agent what you say"],
    ["/reroute <agent>", "lets another agent try"],
    ["/close", "gives it up"],
  ],
  cancelled: [["/retry", "takes it up again"]],
};

/** The one comment that shows how a task is (seed rows B51, A21, U31). Changed in place; its mark is added by whoever posts it. */
export function statusComment(view: StatusView, { neutral }: { readonly neutral: Neutralise }): string {
  const { task, lastEvent, notes = [] } = view;
  const rows = statusRows(view, neutral);
  const last =
    lastEvent === undefined ? undefined : `Last: ${shownLine(lastEvent.text, { neutral })} (${shownAt(lastEvent.at)})`;
  return paragraphs([
    `### orch: ${MEANINGS[task.status]}`,
    markdownTable(["", ""], rows),
    why(task, neutral),
    last,
    notes.map((note) => `- ${shownLine(note, { neutral })}`).join("\n"),
    nextSteps(task),
  ]);
}

type Row = readonly [string, string | undefined];

function statusRows(view: StatusView, neutral: Neutralise): readonly (readonly string[])[] {
  const { task, attempt, usage, pull } = view;
  const assignment = "assignment" in task ? task.assignment : attempt?.assignment;
  const rows: readonly Row[] = [
    ["State", `\`${task.status}\``],
    ...(assignment === undefined ? [] : agentRows(assignment, neutral)),
    ...runningRows(view, neutral),
    ["Attempts", task.lastAttempt === 0 ? undefined : String(task.lastAttempt)],
    ["Used", usage === undefined ? undefined : shownUsage(usage)],
    ["Branch", task.branch === undefined ? undefined : codeSpan(task.branch, { neutral })],
    ["Pull request", pull === undefined ? undefined : `#${pull.number}`],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

function agentRows(assignment: Assignment, neutral: Neutralise): readonly Row[] {
  return [
    ["Agent", agentBadge(assignment, neutral)],
    ["Why this agent", shownLine(assignment.why, { neutral, most: 200 })],
  ];
}

function runningRows({ task, attempt, budgetMs = 0, now }: StatusView, neutral: Neutralise): readonly Row[] {
  if (task.status !== "in_progress" || attempt === undefined) return [];
  const elapsed = (attempt.endedAt ?? now) - attempt.startedAt;
  const name = taskKey(task);
  return [
    ["Running for", shownTime(elapsed)],
    ["Time left", budgetMs === 0 ? undefined : shownTime(budgetMs - elapsed)],
    ["Watch", codeSpan(`orch task attach ${name}`, { neutral })],
    ["Speak to it", codeSpan(`orch task send ${name} "…"`, { neutral })],
  ];
}

/** What was used up: tokens, and dollars where they are known. */
export function shownUsage(usage: Usage): string {
  const tokens = `${countedTokens(usage).toLocaleString("en-US")} tokens`;
  return usage.costUsd === undefined ? tokens : `${tokens}, $${usage.costUsd.toFixed(2)}`;
}

function why(task: Task, neutral: Neutralise): string | undefined {
  if (task.status === "needs_review") {
    const detail = shownLine(task.detail, { neutral, most: 1000 });
    const { summary, hint } = reasonTable[task.reason];
    return paragraphs([`**${summary}** ${detail}`, shownLine(belowIssues(hint), { neutral })]);
  }
  if (task.status === "in_review")
    return paragraphs(
      [...missingLines(task.seen?.missing), ...cautionTexts(task.result.cautions)].map((text) =>
        shownLine(text, { neutral, most: 1000 }),
      ),
    );
  if (task.status === "blocked" && task.waitingFor.length > 0)
    return `Waits for ${task.waitingFor.map((id) => (isInternalTask(id) ? id : `#${id}`)).join(", ")}.`;
  if (task.status === "cancelled" && task.why !== "") return shownLine(task.why, { neutral });
  if (task.status === "routed" && task.waiting !== undefined)
    return `Waits for ${task.waiting.agent} until ${shownAt(task.waiting.until)}: ${reasonTable[task.waiting.reason].summary}`;
  return undefined;
}

function nextSteps(task: Task): string | undefined {
  const isMergeable = task.status === "needs_review" && task.result !== undefined;
  const steps = [...(isMergeable ? [MERGE_ANYWAY] : []), ...NEXT[task.status]];
  if (steps.length === 0) return undefined;
  return ["What you can do, in a comment:", ...steps.map(([command, does]) => `- \`${command}\` ${does}`)].join("\n");
}

/** `2026-11-26 23:05 UTC`. */
function shownAt(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
