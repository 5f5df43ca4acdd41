import type { CommandResults, TaskView } from "@orch/api";

import { renderAgents } from "./agents.ts";
import { renderLogLine } from "./log-line.ts";
import { renderCost, renderDigest, renderMetrics } from "./money.ts";
import { renderProjects } from "./projects.ts";
import { oneLine, printable } from "./style.ts";
import { renderTable, type Canvas, type Cell } from "./table.ts";
import { renderDiff, renderDiffStat, renderTask, statusCell, waitText } from "./task.ts";

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
      ? JSON.stringify(data, null, 2)
      : (own as (data: unknown, canvas: Canvas) => string)(data, canvas);
  return text.endsWith("\n") ? text : `${text}\n`;
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
  "task kill": ({ task, killed }) => `Killed ${killed} session${killed === 1 ? "" : "s"} of ${task.id}.`,
  "task unblock": ({ tasks, refused }) =>
    [
      `Unblocked ${tasks.length} task${tasks.length === 1 ? "" : "s"}.`,
      ...refused.map(({ task, message }) => `${task}: ${oneLine(message)}`),
    ].join("\n"),
  "task live": ({ sessions }, canvas) =>
    sessions.length === 0
      ? "No active agent sessions."
      : renderTable(
          ["TASK", "ATTEMPT", "HOST", "PID", "PROCESSES", "MEMORY", "SINCE (UTC)", "SESSION"],
          sessions.map(({ task, attempt, purpose, host, pid, load, startedAt, id }) =>
            [task, purpose ?? String(attempt), host, String(pid), ...loadWords(load), timeOf(startedAt), id].map(
              (text) => ({
                text,
              }),
            ),
          ),
          canvas,
        ),
  "task diff": (data, { style }) => (data.diff === "" ? renderDiffStat(data.stat, style) : renderDiff(data, style)),
  "task send": ({ outcome, why }) =>
    why === undefined ? `Message ${outcome}.` : `Message ${outcome}: ${oneLine(why)}`,
  "task allow": answered,
  "task deny": answered,
  "task hold": ({ holding, waiting }) =>
    holding
      ? `It is yours. ${waiting === 0 ? "Nothing that was sent before is open." : `${waiting} earlier messages come first.`}`
      : "orch may speak to it again.",
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
  "task route": ({ task, agent, model, complexity, why, log }, { style }) =>
    [
      agent === null
        ? `Nobody can do ${task.id}: ${oneLine(why)}`
        : `${task.id} → ${style.bold(agent)} (complexity: ${complexity ?? "?"}${model === undefined ? "" : `, model: ${oneLine(model)}`}, reason: ${oneLine(why)})`,
      ...log.map((line) => style.dim(`  ${oneLine(line)}`)),
    ].join("\n"),
  "route explain": ({ task, log, weights }, { style }) =>
    [
      log.length === 0
        ? `${task.id} has not been routed yet; see: orch task route ${task.id}`
        : `${task.id}${task.agent === undefined ? "" : ` → ${style.bold(task.agent)}`}`,
      ...(task.warning === undefined ? [] : [style.yellow(`  ! ${oneLine(task.warning)}`)]),
      ...log.map((line) => style.dim(`  ${oneLine(line)}`)),
      ...(weights.some(({ weight }) => weight < 1)
        ? [`weights now: ${weights.map(({ agent, weight }) => `${agent} ${weight.toFixed(2)}`).join(", ")}`]
        : []),
    ].join("\n"),
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
  cost: renderCost,
  metrics: renderMetrics,
  "task digest": renderDigest,
  config: ({ value }, { style }) =>
    typeof value === "string" ? printable(value, style) : JSON.stringify(value, null, 2),
  "project list": renderProjects,
  "project add": ({ project, created }) =>
    `${created ? "Registered" : "Already known:"} ${project.id} (${oneLine(project.source)})`,
  "project remove": ({ project, removed }) =>
    removed
      ? `Forgot ${oneLine(project)}; its files are as they were.`
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
  doctor: ({ checks }, { style }) =>
    checks
      .flatMap(({ name, state, detail, hint }) => {
        const mark = { ok: style.green("✓"), warning: style.yellow("!"), failed: style.red("✗") }[state];
        const line = `${mark} ${name.padEnd(8)} ${detail
          .split("\n")
          .map(oneLine)
          .join(`\n${" ".repeat(11)}`)}`;
        return hint === undefined ? [line] : [line, style.dim(`           ${oneLine(hint)}`)];
      })
      .join("\n"),
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

function githubNext({ github, form, missing }: CommandResults["init"]): readonly string[] {
  if (github === undefined) return ['Next: orch run "what you want"'];
  return [
    ...(missing === undefined ? [] : ["Add to it:", ...missing.map((line) => `  ${line}`)]),
    ...(form === undefined ? [] : ["Commit and push the issue form, so that people see it."]),
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

function waitOf({ waiting, waitingFor = [] }: TaskView): string {
  return waiting === undefined ? some(waitingFor) || "-" : waitText(waiting);
}

/** Short names only where they mean something: in the project that was looked at. */
function tableOf(
  tasks: readonly TaskView[],
  { canvas, project }: { readonly canvas: Canvas; readonly project: string | null },
): string {
  const waits = tasks.some((task) => waitOf(task) !== "-");
  const pulls = tasks.some((task) => task.pull !== undefined);
  return renderTable(
    ["ID", "STATUS", "AGENT", ...(waits ? ["WAITS FOR"] : []), ...(pulls ? ["PR"] : []), "TITLE"],
    tasks.map((task) => [
      { text: project === null ? task.key : task.id, mark: canvas.style.bold },
      withoutSandbox(statusCell(task.status, canvas.style), task),
      { text: task.agent ?? "-" },
      ...(waits ? [{ text: waitOf(task) }] : []),
      ...(pulls ? [{ text: task.pull === undefined ? "-" : `#${task.pull.number}` }] : []),
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
