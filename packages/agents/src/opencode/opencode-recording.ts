import type { AgentEvent, Json } from "@orch/core";
import { agentFailure, fieldAt, parseJsonObject, textAt } from "@orch/parser/text";

import { opencodeFailure } from "./opencode-failure.ts";
import { createPartReader } from "./opencode-parts.ts";
import { opencodeProtocol } from "./opencode-protocol.ts";

// Without the clone, which a recording does not name, paths stay as they are.
const NOWHERE = "/nonexistent";

/**
 * The events of recorded output: the lines of `opencode run --format json`, or those that the bridge printed (a
 * session's capture). Lines that are neither are ignored; output without a finished turn holds no finished turn.
 */
export function decodeOpencode(output: string, cwd = NOWHERE): readonly AgentEvent[] {
  const lines = output.split("\n").flatMap((line) => parseJsonObject(line) ?? []);
  return lines.some((line) => fieldAt(line, "ready") !== undefined) ? ofBridge(lines, cwd) : ofRun(lines, cwd);
}

/** Plays the lines to a conversation that nobody answers: the answers are recorded too. */
function ofBridge(lines: readonly unknown[], cwd: string): readonly AgentEvent[] {
  const events: AgentEvent[] = [];
  const ignore = (): void => undefined;
  const options: Json = { cwd };
  const conversation = opencodeProtocol.converse({
    options,
    emit: (event) => void events.push(event),
    writeLine: ignore,
    closeInput: ignore,
    note: ignore,
  });
  conversation.open();
  for (const line of lines) conversation.line(JSON.stringify(line));
  return events;
}

function ofRun(lines: readonly unknown[], cwd: string): readonly AgentEvent[] {
  const parts = createPartReader();
  const events: AgentEvent[] = [];
  let reason: string | undefined;
  for (const line of lines) {
    const session = textAt(line, "sessionID");
    if (events.length === 0 && session !== undefined) {
      events.push({ type: "session:ready", agentSession: session }, { type: "turn:started", turn: 1 });
    }
    const error = fieldAt(line, "error");
    if (textAt(line, "type") === "error") events.push({ type: "error", failure: opencodeFailure(error) });
    const part = fieldAt(line, "part");
    if (textAt(part, "type") === "step-finish") reason = textAt(part, "reason");
    events.push(...parts.read(part, cwd));
  }
  return [...events, ...endOfRun(events, reason)];
}

// `run` prints no end of its own: the last step tells.
function endOfRun(events: readonly AgentEvent[], reason: string | undefined): readonly AgentEvent[] {
  const failed = events.some((event) => event.type === "error");
  if (!failed && reason === "stop") return [{ type: "turn:finished", turn: 1, status: "completed" }];
  if (!failed && reason !== "length") return [];
  const cut = agentFailure("failed", "the model's answer was cut off at its greatest length");
  const error: readonly AgentEvent[] = failed ? [] : [{ type: "error", failure: cut }];
  return [...error, { type: "turn:finished", turn: 1, status: "failed" }];
}
