import type { Recording, RecordingStep } from "@orch/agents";
import type { AgentEvent, FailureClass } from "@orch/core";
import type { Action, ErrorKind, Scenario, Turn } from "@orch/testing";

const CLASSES: Readonly<Record<ErrorKind, FailureClass>> = {
  rate_limit: "rate_limit",
  overloaded: "overloaded",
  usage_limit: "usage_limit",
  auth: "auth",
  forbidden: "auth",
  model_missing: "model",
  context_overflow: "context",
  bad_request: "failed",
  server_error: "server",
  quota: "quota",
};

/** Longer than any case. */
const FOR_EVER_MS = 3_600_000;

/**
 * What was recorded of an agent that did what this scenario says: on its first attempt all of it, on the next one what
 * follows the turn at which the first one hung.
 */
export function recordingOf({ turns = [], tokens }: Scenario): Recording {
  const told = turns.map((turn, index) => [...turnMark(index), ...stepsOf(turn, tokens)]);
  const hung = turns.findIndex((turn) => turn.some((action) => action.do === "silence"));
  const later = hung === -1 ? [] : told.slice(hung + 1);
  const attempts = [{ attempt: 1, steps: told.flat() }];
  return { attempts: later.length === 0 ? attempts : [...attempts, { attempt: 2, steps: later.flat() }] };
}

/** True for the event that begins this turn of a recorded scenario. */
export function showsTurn(event: AgentEvent, turn: number): boolean {
  return event.type === "reasoning" && event.text === markOf(turn);
}

function turnMark(turn: number): readonly RecordingStep[] {
  return [{ think: markOf(turn) }];
}

function markOf(turn: number): string {
  return `turn ${turn}`;
}

function stepsOf(turn: Turn, tokens: number | undefined): readonly RecordingStep[] {
  const used = tokens === undefined ? [] : [{ usage: { inputTokens: tokens, outputTokens: tokens } }];
  return [...turn.flatMap(stepsOfAction), ...used];
}

function stepsOfAction(action: Action): readonly RecordingStep[] {
  switch (action.do) {
    case "say":
      return [{ say: action.text }];
    case "think":
      return [{ think: action.text }];
    case "read":
      return [{ run: ["cat", action.path] }];
    case "write":
      return [{ write: action.path, content: action.content }];
    case "edit":
      return [{ edit: action.path, find: action.find, replace: action.replace }];
    case "shell":
      return [{ run: ["sh", "-c", action.command] }];
    case "report":
      return [{ report: Object.fromEntries(Object.entries(action.json ?? {})) }];
    case "delay":
      return [{ wait: action.ms }];
    case "silence":
      return [{ wait: FOR_EVER_MS }];
    case "gate":
      return [{ hear: true }];
    default:
      return faultOf(action);
  }
}

/** What passes after some tries leaves no trace in a recording. */
function faultOf(action: Extract<Action, { do: "error" | "hangup" | "stop" }>): readonly RecordingStep[] {
  if (action.do === "stop") return [{ fail: { class: "failed", message: `the answer ended early: ${action.why}` } }];
  if (action.times !== "forever") return [];
  if (action.do === "hangup") return [{ fail: { class: "network", message: "the connection was dropped" } }];
  const until = action.resetAt ?? 0;
  const fault = { class: CLASSES[action.kind], message: `the service refused: ${action.kind}` };
  return [{ fail: until === 0 ? fault : { ...fault, retryAt: until * 1000 } }];
}
