import type { AttemptView, CommandResults, ReceiptView, TaskView, UsageView } from "@orch/api";
import { missingWords } from "@orch/core";

import { renderConfinement } from "./confinement.ts";
import { minuteOf, oneLine, printable, type Style } from "./style.ts";
import { renderFields, type Canvas, type Cell } from "./table.ts";

const MOST_FILES = 20;
const TRUST = {
  untrusted: "untrusted: its agent may only look and report until somebody has read it",
  reviewed: "reviewed: always in a sandbox, and a person merges",
  trusted: "trusted",
} as const;

/** A status with its colour. */
export function statusCell(status: string, style: Style): Cell {
  const marks: Readonly<Record<string, (text: string) => string>> = {
    in_progress: style.blue,
    in_review: style.cyan,
    done: style.green,
    blocked: style.yellow,
    needs_review: style.red,
    cancelled: style.dim,
  };
  const mark = marks[status];
  return mark === undefined ? { text: status } : { text: status, mark };
}

/** One task with its attempts. */
export function renderTask({ task, attempts, asks, environment }: CommandResults["task get"], canvas: Canvas): string {
  const { style } = canvas;
  const status = statusCell(task.status, style);
  const fields = renderFields(
    [
      ["ID", task.key],
      ["Title", style.bold(oneLine(task.title))],
      ["Status", status.mark?.(status.text) ?? status.text],
      ["Sandbox", task.sandbox === undefined ? undefined : style.red("none: switched off for this project")],
      ["Why", reasonOf(task)],
      ["Hint", task.hint === undefined ? undefined : oneLine(task.hint)],
      ["Waits for", task.waiting === undefined ? task.waitingFor?.join(", ") : waitText(task.waiting)],
      ["Agent", oneLine([task.agent, task.model, task.complexity].filter((word) => word !== undefined).join(", "))],
      ["Labels", oneLine(task.labels.join(", "))],
      ["Source", task.source],
      ["Trust", task.trust === undefined ? undefined : style.yellow(TRUST[task.trust])],
      ["Issue", task.issue === undefined ? undefined : (task.issue.url ?? `#${task.issue.number}`)],
      ["Parent", task.parent],
      ["Branch", task.branch],
      ["Ports", portsText(environment)],
      ["Commit", task.commit],
      ...pullFields(task),
      ["Merged", task.mergeCommit],
      ["Created", time(task.createdAt)],
      ["Updated", time(task.updatedAt)],
    ],
    canvas,
  );
  const body = task.body === undefined || task.body === "" ? [] : [printable(task.body.trimEnd(), style)];
  const notes = (task.notes ?? []).map(
    ({ from, text, at }) => `${style.bold("Note")} of ${oneLine(from)}, ${time(at)}\n  ${printable(text, style)}`,
  );
  const questions = asks.map((ask) => renderAsk(task.id, ask, style));
  return [fields, ...body, ...notes, ...questions, ...attempts.map((attempt) => renderAttempt(attempt, style))].join(
    "\n\n",
  );
}

function portsText(environment: CommandResults["task get"]["environment"]): string | undefined {
  const ports = environment?.ports ?? undefined;
  return ports && `${ports.first} to ${ports.last}`;
}

function pullFields({ pull }: TaskView): readonly (readonly [string, string | undefined])[] {
  if (pull === undefined) return [];
  const review = pull.decision === "none" ? undefined : pull.decision?.replace("_", " ");
  return [
    ["Pull request", pull.url],
    ["Checks there", pull.checks],
    ["Review", review],
    ["Required and missing", pull.missing === undefined ? undefined : oneLine(missingWords(pull.missing).join(", "))],
  ];
}

/** What an agent asks a person, until when, and how to answer. `task`: its id or key. */
export function renderAsk(task: string, ask: CommandResults["task get"]["asks"][number], style: Style): string {
  const what = [ask.tool, ask.what]
    .filter((word) => word !== undefined)
    .map(oneLine)
    .join(": ");
  const answers = `orch task allow ${task} ${oneLine(ask.id)}, or: orch task deny ${task} ${oneLine(ask.id)}`;
  return `${style.yellow("Asks")} ${what}\n  ${answers} (denied at ${time(ask.deadline)})`;
}

function renderAttempt(attempt: AttemptView, style: Style): string {
  const { verdict } = attempt;
  const outcome = verdict === undefined ? attempt.phase : [verdict.kind, verdict.reason].filter(Boolean).join(": ");
  const who = [attempt.agent, attempt.account, attempt.model].filter((word) => word !== undefined).join(", ");
  const lines = [`${style.bold(`Attempt ${attempt.attempt}`)} by ${oneLine(who)}: ${outcome}`];
  if (verdict?.detail !== undefined) lines.push(`  ${oneLine(verdict.detail)}`);
  if (attempt.summary !== undefined) lines.push(style.dim(`  the agent says: ${oneLine(attempt.summary)}`));
  if (attempt.diff !== undefined) lines.push(indent(renderDiffStat(attempt.diff, style)));
  lines.push(...attempt.receipts.map((receipt) => indent(renderReceipt(receipt, style))));
  lines.push(...(attempt.grade?.notes ?? attempt.warnings ?? []).map((note) => style.yellow(`  ! ${oneLine(note)}`)));
  lines.push(style.dim(`  ${renderUsage(attempt.usage)}`));
  if (attempt.confinement !== undefined) lines.push(`  ${renderConfinement(attempt.confinement, style)}`);
  if (attempt.session !== undefined) lines.push(style.dim(`  session ${attempt.session}`));
  return lines.join("\n");
}

/** The size of a change, file by file. */
export function renderDiffStat(stat: NonNullable<AttemptView["diff"]>, style: Style): string {
  const files = stat.files.slice(0, MOST_FILES).map(({ path, added, deleted, binary }) => {
    const size = binary ? "binary" : `${style.green(`+${added}`)} ${style.red(`-${deleted}`)}`;
    return `${oneLine(path)}  ${size}`;
  });
  const more = stat.files.length > MOST_FILES ? [`and ${stat.files.length - MOST_FILES} more`] : [];
  const noun = stat.files.length === 1 ? "file" : "files";
  const sum = `${stat.files.length} ${noun} changed, ${stat.added} added, ${stat.deleted} deleted`;
  return [...files, ...more, sum].join("\n");
}

/** A diff with its lines marked. */
export function renderDiff({ diff, truncated }: CommandResults["task diff"], style: Style): string {
  const lines = printable(diff, style).split("\n");
  const marked = lines.map((line) => {
    if (/^(\+\+\+|---|diff |index )/.test(line)) return style.bold(line);
    if (line.startsWith("@@")) return style.cyan(line);
    if (line.startsWith("+")) return style.green(line);
    return line.startsWith("-") ? style.red(line) : line;
  });
  return [...marked, ...(truncated ? [style.yellow("(cut: the diff is larger)")] : [])].join("\n");
}

/** One check: passed or not, and how long it took. */
export function renderReceipt(receipt: ReceiptView, style: Style): string {
  const { check, ok, seconds, timedOut, exitCode, clean } = receipt;
  const bare = receipt.confinement?.sandbox === "none" ? ` ${style.red("no sandbox")}` : "";
  if (ok) return `${style.green("✓")} ${oneLine(check)} ${style.dim(`${seconds} s`)}${bare}`;
  let why = exitCode === undefined ? "was ended by a signal" : `exit ${exitCode}`;
  if (timedOut) why = "timed out";
  else if (!clean) why = exitCode === 0 ? "changed the tree" : `${why}, changed the tree`;
  return `${style.red("✗")} ${oneLine(check)} ${why}, ${seconds} s${bare}`;
}

/** Tokens, and the cost where it is known. */
export function renderUsage({ inputTokens, cachedInputTokens, outputTokens, costUsd }: UsageView): string {
  if (inputTokens === 0 && outputTokens === 0) return "tokens: not reported";
  const cached = cachedInputTokens > 0 ? ` (${cachedInputTokens} cached)` : "";
  const cost = costUsd === undefined ? ", cost unknown" : `, $${costUsd.toFixed(4)}`;
  return `tokens: ${inputTokens} in${cached}, ${outputTokens} out${cost}`;
}

/** Whose rest a task waits for, as people say it. */
export function waitText({ agent, account, reason, until }: NonNullable<TaskView["waiting"]>): string {
  const what = { usage_limited: "limit", rate_limited: "rate limit", auth: "login", quota: "credit" }[reason] ?? "rest";
  const whose = account === undefined ? agent : `${agent} (${account})`;
  return `${oneLine(whose)}'s ${what} until ${minuteOf(until)} UTC`;
}

function reasonOf(task: CommandResults["task get"]["task"]): string | undefined {
  if (task.reason === undefined) return task.detail === undefined ? undefined : oneLine(task.detail);
  return `${task.reason}: ${oneLine(task.detail ?? "")}`;
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
