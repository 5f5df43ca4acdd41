import type { AgentEvent } from "@orch/core";
import { agentFailure, fieldAt, isJsonObject, parseJsonObject, textAt } from "@orch/parser/text";

import { refusalFailure } from "./acp-talk.ts";
import { createUpdateReader } from "./acp-updates.ts";

/**
 * The events of a recorded conversation of the Agent Client Protocol: the agent's messages, bare or each in an envelope
 * `{dir, message}`. A turn is what lies before the answer to a prompt; nothing is known of what was answered to the
 * agent.
 */
export function decodeAcp(text: string): readonly AgentEvent[] {
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const updates = createUpdateReader();
  let turn = 0;
  let isTurning = false;
  const begin = (): void => {
    if (isTurning) return;
    isTurning = true;
    turn += 1;
    emit({ type: "turn:started", turn });
  };
  const finish = (status: "completed" | "interrupted" | "failed"): void => {
    isTurning = false;
    events.push(...updates.flush());
    emit({ type: "turn:finished", turn, status });
  };
  for (const message of messagesIn(text)) {
    const session = textAt(message, "result", "sessionId");
    const reason = textAt(message, "result", "stopReason");
    const update = fieldAt(message, "params", "update");
    if (session !== undefined) emit({ type: "session:ready", agentSession: session });
    else if (textAt(message, "method") === "session/update" && isWork(update)) {
      begin();
      events.push(...updates.read(update, "/"));
    } else if (reason === "end_turn" || reason === "cancelled") {
      // A second prompt may be answered together with the first one.
      if (isTurning) finish(reason === "cancelled" ? "interrupted" : "completed");
    } else if (reason !== undefined || fieldAt(message, "error") !== undefined) {
      begin();
      events.push(...updates.flush());
      const failure =
        reason === undefined
          ? refusalFailure({ error: textAt(message, "error", "message") ?? "the request was refused" })
          : agentFailure("failed", `the turn ended early: ${reason}`);
      emit({ type: "error", failure });
      finish("failed");
    }
  }
  return [...events, ...updates.flush()];
}

/** What an agent tells of itself before it is prompted is no work. */
function isWork(update: unknown): boolean {
  const kind = textAt(update, "sessionUpdate") ?? "";
  return kind.startsWith("agent_") || kind.startsWith("tool_");
}

function messagesIn(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split("\n").flatMap((written) => {
    const line = parseJsonObject(written);
    const direction = textAt(line, "dir");
    if (line === undefined || direction === undefined) return line === undefined ? [] : [line];
    const message = fieldAt(line, "message");
    return direction === "agent" && isJsonObject(message) ? [message] : [];
  });
}
