import type { AgentEvent, SessionEvent, SessionExit } from "@orch/core";
import { parseReport } from "@orch/parser";

import { renderConfinement } from "./confinement.ts";
import { oneLine, printable, type Style } from "./style.ts";

const TAIL_LINES = 12;

/** What a session did, as lines for a person; undefined for what only machines need. */
export function renderSessionEvent(event: SessionEvent, style: Style): string | undefined {
  switch (event.kind) {
    case "started":
      return event.confinement === undefined
        ? style.dim(`session started, sandbox: ${event.sandbox}`)
        : `${style.dim("session started,")} ${renderConfinement(event.confinement, style)}`;
    case "agent":
      return renderAgentEvent(event.event, style);
    case "output":
      return printable(event.text.trimEnd(), style);
    case "input":
      return `${style.blue("»")} ${oneLine(event.from)}: ${oneLine(event.text)}`;
    case "undelivered":
      return style.yellow(`» not delivered: ${oneLine(event.why)}`);
    case "answer":
      return style.yellow(`${oneLine(event.from)} ${event.allow ? "allows" : "denies"} it: ${oneLine(event.why)}`);
    case "hold":
      return style.dim(holdWords(event));
    case "notice":
      return style.dim(oneLine(event.text));
    case "exit":
      return renderExit(event.exit, style);
  }
}

function holdWords({ by, left }: Extract<SessionEvent, { kind: "hold" }>): string {
  if (by === undefined) return "orch may speak again";
  return left === undefined ? `${oneLine(by)} has taken over` : `${oneLine(left)} has left, ${oneLine(by)} has not`;
}

function renderAgentEvent(event: AgentEvent, style: Style): string | undefined {
  // Each renderer is stored under the type of event that it takes; a newer supervisor may tell of others.
  const render = byType[event.type] as ((event: AgentEvent, style: Style) => string | undefined) | undefined;
  return render?.(event, style);
}

type OfType<Type extends AgentEvent["type"]> = Extract<AgentEvent, { type: Type }>;

const byType: {
  readonly [Type in AgentEvent["type"]]: (event: OfType<Type>, style: Style) => string | undefined;
} = {
  "session:ready": ({ version = "", model = "" }, style) => style.dim(oneLine(`agent ready ${version} ${model}`)),
  text: renderText,
  reasoning: ({ text }, style) => (text === undefined ? undefined : style.dim(oneLine(text))),
  "tool:started": ({ tool, summary }, style) => `${style.cyan("•")} ${oneLine(tool)} ${style.dim(oneLine(summary))}`,
  "tool:finished": ({ ok, tool, summary }, style) =>
    ok ? undefined : `${style.red("✗")} ${oneLine(tool)} ${oneLine(summary)}`,
  "command:started": ({ command }, style) => `${style.cyan("$")} ${oneLine(command)}`,
  "command:finished": renderCommand,
  "file:changed": ({ change, path }, style) => `${style.yellow(signs[change])} ${oneLine(path)}`,
  "message:delivered": (_, style) => style.blue("message delivered"),
  "permission:requested": ({ id, what }, style) =>
    style.yellow(`asks for permission (${oneLine(id)}): ${oneLine(what)}`),
  "permission:answered": ({ allowed }, style) => style.yellow(allowed ? "permission given" : "permission refused"),
  "permission:withdrawn": ({ id }, style) => style.yellow(`asks no more (${oneLine(id)})`),
  quota: ({ window, status, usedPercent }, style) =>
    status === "allowed"
      ? undefined
      : style.yellow(
          oneLine(`quota ${window}: ${status}${usedPercent === undefined ? "" : `, ${usedPercent} % used`}`),
        ),
  retry({ failure, pauseMs }, style) {
    const pause = pauseMs === undefined ? "" : ` in ${Math.ceil(pauseMs / 1000)} s, as the service asks`;
    return style.yellow(`tries again${pause}: ${oneLine(failure.message)}`);
  },
  error: ({ failure }, style) => style.red(`${failure.class}: ${oneLine(failure.message)}`),
  usage: ({ usage: { inputTokens, outputTokens } }, style) =>
    style.dim(`tokens${inputTokens < 0 ? ", put right" : ""}: ${inputTokens} in, ${outputTokens} out`),
  "turn:started": () => undefined,
  "turn:finished": ({ turn, status }, style) =>
    status === "completed" ? undefined : style.yellow(`turn ${turn} ${status}`),
};

const signs = { added: "+", modified: "±", deleted: "-" } as const;

/** What the agent says; a text that is nothing but its final report is said in one line. */
function renderText({ text }: OfType<"text">, style: Style): string {
  const isOneObject = /^(?:```(?:json)?\s*)?\{[\s\S]*\}(?:\s*```)?$/.test(text.trim());
  const parsed = isOneObject ? parseReport(text) : undefined;
  if (parsed?.kind !== "report") return printable(text.trimEnd(), style);
  const { status, summary } = parsed.report;
  return `${style.cyan("reports")} ${status.replace("_", " ")}: ${oneLine(summary)}`;
}

function renderCommand(event: Extract<AgentEvent, { type: "command:finished" }>, style: Style): string {
  const time = event.durationMs === undefined ? "" : ` ${(event.durationMs / 1000).toFixed(1)} s`;
  if (event.exitCode === 0) return `  ${style.green("✓")} ${style.dim(`exit 0${time}`)}`;
  if (event.exitCode === undefined) return `  ${style.dim(`ended${time}`)}`;
  const tail = printable(event.outputTail.trimEnd(), style).split("\n").slice(-TAIL_LINES);
  const indented = tail.filter((line) => line !== "").map((line) => `    ${line}`);
  return [`  ${style.red("✗")} exit ${event.exitCode}${time}`, ...indented].join("\n");
}

function renderExit(exit: SessionExit, style: Style): string {
  if (exit.cause === "exited") return style.dim(`session ended with exit code ${exit.code ?? 0}`);
  return style.yellow(oneLine(`session ended: ${exit.cause} ${exit.detail ?? ""}`));
}
