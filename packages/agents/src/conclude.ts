import {
  addUsage,
  noUsage,
  type AgentConclusion,
  type AgentEvent,
  type AgentFailure,
  type SessionExit,
  type Usage,
} from "@orch/core";
import { parseReport } from "@orch/parser";
import { agentFailure } from "@orch/parser/text";

/** A finished run, as a driver is asked to judge it. */
export interface FinishedRun {
  readonly events: readonly AgentEvent[];
  readonly exit: SessionExit;
  readonly reportText?: string;
}

const CLOSING_WORDS = 1_048_576;

/** Judges the run of an agent whose protocol tells where its turns begin and end. */
export function concludeTurns(run: FinishedRun): AgentConclusion {
  const failure = withPause(failureOfTurns(run), run);
  return {
    ...reportIn(closingWords(run.events)),
    ...(failure === undefined ? {} : { failure }),
    usage: usageOf(run.events),
  };
}

/** The sum of all usage that was reported. */
export function usageOf(events: readonly AgentEvent[]): Usage {
  return events.reduce((sum, event) => (event.type === "usage" ? addUsage(sum, event.usage) : sum), noUsage);
}

/** What the agent said since its last turn began, the last million characters of it. */
export function closingWords(events: readonly AgentEvent[]): string {
  const said: string[] = [];
  let length = 0;
  for (let index = events.length - 1; index >= 0 && length < CLOSING_WORDS; index -= 1) {
    const event = events[index];
    if (event?.type === "turn:started") break;
    if (event?.type !== "text") continue;
    said.push(event.text);
    length += event.text.length + 1;
  }
  return said.toReversed().join("\n");
}

/** The report in a text, in the shape of a conclusion. */
export function reportIn(text: string): Pick<AgentConclusion, "report" | "reportProblem"> {
  const parsed = parseReport(text);
  if (parsed.kind === "report") return { report: parsed.report };
  return parsed.kind === "invalid" ? { reportProblem: parsed.problem } : {};
}

/** Why a process that did not end well failed, as far as its exit tells; undefined for exit code 0. */
export function exitFailure(exit: SessionExit): AgentFailure | undefined {
  const detail = exit.detail === undefined ? "" : `: ${exit.detail}`;
  if (exit.cause === "stopped") return agentFailure("interrupted", `stopped by request${detail}`);
  if (exit.cause === "exited") {
    return exit.code === 0
      ? undefined
      : agentFailure("failed", `ended with exit code ${exit.code ?? "unknown"}${detail}`);
  }
  if (exit.cause === "signalled") {
    return agentFailure("failed", `ended by signal ${exit.signal ?? "unknown"}${detail}`);
  }
  return agentFailure("failed", `ended by orch (${exit.cause})${detail}`);
}

/** A service that asked for a pause before asks for it again when the agent gives up: from then on it is waited for. */
function withPause(failure: AgentFailure | undefined, { events, exit }: FinishedRun): AgentFailure | undefined {
  if (failure === undefined || failure.retryAt !== undefined) return failure;
  const retry = events.findLast((event) => event.type === "retry");
  if (retry?.type !== "retry" || retry.pauseMs === undefined || retry.failure.class !== failure.class) return failure;
  return { ...failure, retryAt: exit.endedAt + retry.pauseMs };
}

function failureOfTurns({ events, exit }: FinishedRun): AgentFailure | undefined {
  const start = events.findLastIndex((event) => event.type === "turn:started");
  const lastTurn = events.slice(Math.max(start, 0));
  const end = lastTurn.find((event) => event.type === "turn:finished");
  const error = lastTurn.findLast((event) => event.type === "error")?.failure;
  const badExit = exitFailure(exit);
  // What the service said explains more than how the process then ended; a limit of orch's own explains most.
  if (badExit !== undefined && exit.cause !== "exited" && exit.cause !== "signalled") return badExit;
  if (end === undefined) {
    return error ?? badExit ?? agentFailure("invalid_output", "the agent ended without finishing its turn");
  }
  if (end.status === "interrupted") return agentFailure("interrupted", "the turn was interrupted");
  if (end.status === "failed") return error ?? badExit ?? agentFailure("failed", "the turn failed without a reason");
  return badExit;
}
