import type { CommandResults, TaskView } from "@orch/api";
import { printableJson } from "@orch/security";

import { renderAgents } from "./agents.ts";
import { renderBoard, renderBoards } from "./boards.ts";
import { renderDoctor } from "./doctor.ts";
import { renderForges } from "./forges.ts";
import { renderLogLine } from "./log-line.ts";
import { renderCost, renderDigest, renderMetrics } from "./money.ts";
import { renderProjects } from "./projects.ts";
import { renderExplanation, renderRoute, renderStats } from "./routes.ts";
import { harmless, oneLine, printable } from "./style.ts";
import { renderTable, type Canvas, type Cell } from "./table.ts";
import { renderAsk, renderDiff, renderDiffStat, renderTask, statusCell, waitText } from "./task.ts";
import { renderToken } from "./token.ts";
import { renderHook, renderRetried, renderWebhooks } from "./webhooks.ts";

const MOST_NAMES = 3;
const MEBIBYTE = 1024 * 1024;

type SessionView = CommandResults["task live"]["sessions"][number];

type Renderers = { readonly [Name in keyof CommandResults]?: (data: CommandResults[Name], canvas: Canvas) => string };

/** What a verb answered, for people. Verbs without a form of their own are shown as JSON. */
export function renderResult(name: string, data: unknown, canvas: Canvas): string {
  const own = Object.entries(renderers).find(([key]) => key === name)?.[1];
  // A renderer and the data it gets belong to the same verb.
  const text =
    own === undefined
      ? printableJson(JSON.stringify(data, null, 2))
      : (own as (data: unknown, canvas: Canvas) => string)(data, canvas);
  const safe = harmless(text, canvas.style);
  return safe.endsWith("\n") ? safe : `${safe}\n`;
}

const renderers: Renderers = {
  "task add": ({ task }) =>
    `Created task ${task.id}: ${oneLine(task.title)}\n${task.status === "blocked" ? "It waits; see: orch task get" : "Follow it: orch task attach"} ${task.id}`,
  "task list": ({ tasks, project }, canvas) =>
    tasks.length === 0 ? "No tasks found." : tableOf(tasks, { canvas, project }),
  "task get": renderTask,
  "task run": moved,
  "task retry": moved,
  "task trust": moved,
  "task cancel": moved,
  "task interrupt": moved,
  "task merge": moved,
  "task approve": moved,
  "task request-pr": renderToken,
  "task publish": ({ task }) =>
    task.issue === undefined
      ? `${task.id} becomes an issue as soon as GitHub can be reached.`
      : `${task.id} is issue #${task.issue.number}${task.issue.url === undefined ? "" : `: ${oneLine(task.issue.url)}`}`,
  "task kill": ({ task, killed }) => `Killed ${killed} session${killed === 1 ? "" : "s"} of ${task.id}.`,
  "task unblock": ({ tasks, refused }) =>
    [
      `Unblocked ${tasks.length} task${tasks.length === 1 ? "" : "s"}.`,
      ...refused.map(({ task, message }) => `${task}: ${oneLine(message)}`),
    ].join("\n"),
  "task live": ({ sessions }, canvas) =>
    sessions.length === 0 ? "No active agent sessions." : renderSessions(sessions, canvas),
  "task diff": (data, { style }) => (data.diff === "" ? renderDiffStat(data.stat, style) : renderDiff(data, style)),
  "task send": ({ outcome, why }) =>
    why === undefined ? `Message ${outcome}.` : `Message ${outcome}: ${oneLine(why)}`,
  "task allow": answered,
  "task deny": answered,
  "task hold": ({ holding, waiting, holders }) => {
    if (holding)
      return `It is yours. ${waiting === 0 ? "Nothing that was sent before is open." : `${waiting} earlier messages come first.`}`;
    return holders.length === 0 ? "orch may speak to it again." : `It is still held by ${oneLine(holders.join(", "))}.`;
  },
  "task status": ({ counts, total }, canvas) =>
    renderTable(
      ["STATUS", "COUNT"],
      [...Object.entries(counts), ["total", total] as const].map(([status, count]) => [
        statusCell(status, canvas.style),
        { text: String(count) },
      ]),
      canvas,
    ),
  "task tree": ({ tasks, project }, { style }) =>
    tasks.length === 0
      ? "No tasks found."
      : tasks
          .map(({ key, id, title, status, waitingFor = [], depth }) => {
            const name = style.bold(project === null ? key : id);
            const state = statusCell(status, style).mark?.(status) ?? status;
            const why = waitingFor.length === 0 ? "" : style.dim(` (waits for ${some(waitingFor)})`);
            const branch = depth === 0 ? "" : `${"   ".repeat(depth - 1)}└─ `;
            return `${branch}${name} ${state}${why} ${oneLine(title)}`;
          })
          .join("\n"),
  "task route": renderRoute,
  "route explain": renderExplanation,
  "route stats": renderStats,
  "skills list": ({ skills }, canvas) =>
    skills.length === 0
      ? "No skills. Put folders with a SKILL.md into ~/.orch/skills, or name repositories under skills: and run: orch skills sync"
      : renderTable(
          ["SKILL", "NAME", "DESCRIPTION"],
          skills.map(({ id, name, description }) => [
            { text: id, mark: canvas.style.bold },
            { text: name },
            { text: description },
          ]),
          canvas,
        ),
  "skills sync": ({ repositories }, { style }) =>
    repositories.length === 0
      ? "No repositories are named under skills: in the configuration."
      : repositories
          .map(({ repo, ok, commit = "", skills = [], why = "" }) =>
            ok
              ? `${style.green("✓")} ${oneLine(repo)} ${commit.slice(0, 9)}: ${skills.join(", ") || "no skills"}`
              : `${style.red("✗")} ${oneLine(repo)}: ${oneLine(why)}`,
          )
          .join("\n"),
  agents: renderAgents,
  forges: renderForges,
  cost: renderCost,
  metrics: renderMetrics,
  "webhook add": renderHook,
  "webhook status": renderWebhooks,
  "webhook retry": renderRetried,
  "task digest": renderDigest,
  config: ({ value, notices = [] }, { style }) =>
    [
      typeof value === "string" ? printable(value, style) : printableJson(JSON.stringify(value, null, 2)),
      ...notices.map((notice) => `! ${oneLine(notice)}`),
    ].join("\n"),
  "board list": renderBoards,
  "board link": renderBoard,
  "board info": renderBoard,
  "board sync": ({ added, moved, unchanged, skipped }) =>
    `${added} added, ${moved} moved, ${unchanged} as they were${skipped === 0 ? "" : `, ${skipped} left alone`}.`,
  "project list": renderProjects,
  "project add": ({ project, created }) =>
    `${created ? "Registered" : "Already known:"} ${project.id} (${oneLine(project.source)})`,
  "project remove": ({ project, removed, kept }) =>
    removed
      ? `Forgot ${oneLine(project)}; ${kept === undefined ? "your files are as they were" : `work that was never published stays in ${oneLine(kept)}`}.`
      : `${oneLine(project)} is not written so in the list of projects: take it out of config.yml by hand.`,
  parse: ({ events, report, failure, usage }, { style }) =>
    [
      `${events.length} events, ${usage.inputTokens} tokens in, ${usage.outputTokens} out${usage.costUsd === undefined ? "" : `, ${usage.costUsd.toFixed(4)} USD`}`,
      report === null ? style.yellow("no report") : `${style.bold(report.status)}: ${oneLine(report.summary)}`,
      ...(failure === null ? [] : [style.red(`${failure.class}: ${oneLine(failure.message)}`)]),
    ].join("\n"),
  stop: () => "The daemon stops.",
  init: (done) =>
    [
      `${done.created ? "Wrote" : "Kept"} ${done.config}`,
      ...(done.form === undefined ? [] : [`Wrote ${done.form}`]),
      ...(done.gate === undefined ? [] : [`Wrote ${done.gate}`]),
      `Project: ${done.project}`,
      ...(done.created ? [checksLine(done.checks)] : []),
      ...githubNext(done),
    ].join("\n"),
  version: ({ version, node, daemon }) =>
    [
      `orch ${version}`,
      `node ${node}`,
      daemon === null ? "daemon not running" : `daemon ${daemon.version} (pid ${daemon.pid})`,
    ].join("\n"),
  doctor: renderDoctor,
  log: ({ files }, { style }) =>
    files.length === 0
      ? "No log files found."
      : files
          .map(({ path, lines }) =>
            [style.dim(`=== ${path} ===`), ...lines.map((line) => renderLogLine(line, style))].join("\n"),
          )
          .join("\n"),
  completions: ({ script }) => script,
};

function githubNext({ github, form, gate, missing, remote, webhook }: CommandResults["init"]): readonly string[] {
  const run = 'Next: orch run "what you want"';
  if (github === undefined) {
    const offer = `To take issues of ${remote ?? ""} in and give results as pull requests: orch init --github`;
    return remote === undefined ? [run] : [offer, run];
  }
  const written = [form, gate].filter((path) => path !== undefined).length;
  return [
    ...(missing === undefined ? [] : ["Add to it:", ...missing.map((line) => `  ${line}`)]),
    ...(written === 0 ? [] : ["Commit and push what was written to .github, so that GitHub sees it."]),
    "The labels are made at the daemon's first look, within two minutes.",
    ...(webhook === undefined
      ? ["To be told of changes at once: orch webhook add https://your.tunnel/webhook"]
      : [renderHook(webhook)]),
    `Next: give an issue of ${github} the label orchestrate; orch serve needs GH_TOKEN or gh auth login.`,
  ];
}

function checksLine(checks: CommandResults["init"]["checks"]): string {
  if (checks.length > 0) return `Checks: ${checks.map(({ run }) => run.join(" ")).join("; ")}`;
  return "No checks were found: name the project's own in .orch.yml, for without any nothing is ever proven.";
}

function moved({ task }: { readonly task: TaskView }, canvas: Canvas): string {
  const why = task.detail === undefined ? "" : `: ${oneLine(task.detail)}`;
  const hint = task.hint === undefined ? "" : `\n${canvas.style.dim(oneLine(task.hint))}`;
  return `${task.id} is ${statusCell(task.status, canvas.style).mark?.(task.status) ?? task.status}${why}${hint}`;
}

function waitOf({ waiting, waitingFor = [], asks = [] }: TaskView): string {
  if (asks.length > 0) return `your answer until ${timeOf(Math.min(...asks.map(({ deadline }) => deadline)))} UTC`;
  return waiting === undefined ? some(waitingFor) || "-" : waitText(waiting);
}

/** What GitHub knows of a task, each shown when any task has it. The id of one that came from an issue is its number. */
const forgeColumns: readonly { readonly title: string; readonly of: (task: TaskView) => string | undefined }[] = [
  {
    title: "ISSUE",
    of: ({ id, issue }) => (issue === undefined || String(issue.number) === id ? undefined : `#${issue.number}`),
  },
  { title: "PR", of: ({ pull }) => (pull === undefined ? undefined : `#${pull.number}`) },
  { title: "CI", of: ({ pull }) => pull?.checks },
  { title: "REVIEW", of: ({ pull }) => (pull?.decision === "none" ? undefined : pull?.decision?.replace("_", " ")) },
];

/** Short names only where they mean something: in the project that was looked at. */
function tableOf(
  tasks: readonly TaskView[],
  { canvas, project }: { readonly canvas: Canvas; readonly project: string | null },
): string {
  const waits = tasks.some((task) => waitOf(task) !== "-");
  const forge = forgeColumns.filter(({ of }) => tasks.some((task) => of(task) !== undefined));
  return renderTable(
    ["ID", "STATUS", "AGENT", ...(waits ? ["WAITS FOR"] : []), ...forge.map(({ title }) => title), "TITLE"],
    tasks.map((task) => [
      { text: project === null ? task.key : task.id, mark: canvas.style.bold },
      withoutSandbox(statusCell(task.status, canvas.style), task),
      { text: task.agent ?? "-" },
      ...(waits ? [{ text: waitOf(task) }] : []),
      ...forge.map(({ of }) => ({ text: of(task) ?? "-" })),
      { text: task.title },
    ]),
    canvas,
  );
}

/** The first few names, and how many more there are. */
function some(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? [`and ${names.length - MOST_NAMES} more`] : [];
  return [...names.slice(0, MOST_NAMES), ...more].join(", ");
}

/** A task of a project whose sandbox is off says so wherever it is listed. */
function withoutSandbox(cell: Cell, { sandbox }: TaskView): Cell {
  return sandbox === undefined ? cell : { ...cell, text: `${cell.text} (no sandbox)` };
}

/** The sessions, and below them what agents ask with how to answer. */
function renderSessions(sessions: readonly SessionView[], canvas: Canvas): string {
  const table = renderTable(
    ["TASK", "ATTEMPT", "HOST", "PID", "PROCESSES", "MEMORY", "SINCE (UTC)", "SESSION"],
    sessions.map(({ task, attempt, purpose, host, pid, load, startedAt, id }) =>
      [task, purpose ?? String(attempt), host, String(pid), ...loadWords(load), timeOf(startedAt), id].map((text) => ({
        text,
      })),
    ),
    canvas,
  );
  const asks = sessions.flatMap(({ task, asks: open = [] }) =>
    open.map((ask) => `${canvas.style.bold(task)} ${renderAsk(task, ask, canvas.style)}`),
  );
  return [table, ...asks].join("\n");
}

function loadWords(load: SessionView["load"]): readonly string[] {
  return load === undefined ? ["", ""] : [String(load.processes), `${Math.round(load.memoryBytes / MEBIBYTE)} MiB`];
}

/** A time for people, in UTC to the second. */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

function answered({ outcome, why }: CommandResults["task allow"]): string {
  return outcome === "answered" ? "Answered." : `Refused: ${oneLine(why ?? "")}`;
}
