import type { AgentEvent, QuotaWindow } from "@orch/core";
import { shortenedCommand } from "@orch/grading";

const LAST_WORDS = 600;

/** What the agent says of itself at its start. */
export function identityOf(events: readonly AgentEvent[]): { readonly model?: string; readonly agentSession?: string } {
  const ready = events.findLast((event) => event.type === "session:ready");
  return {
    ...(ready?.model === undefined ? {} : { model: ready.model }),
    ...(ready?.agentSession === undefined ? {} : { agentSession: ready.agentSession }),
  };
}

/** What the agent told of its account's windows, each as it was told last. `seenAt`: epoch milliseconds. */
export function quotaIn(events: readonly AgentEvent[], seenAt: number): readonly QuotaWindow[] {
  const windows = new Map<string, QuotaWindow>();
  for (const event of events) {
    if (event.type !== "quota") continue;
    const { type: _type, ...told } = event;
    windows.set(told.window, { ...told, seenAt });
  }
  return [...windows.values()];
}

/** What the agent said and did last, for whoever goes on. */
export interface LastSeen {
  readonly words?: string;
  readonly command?: string;
}

/** The last words and the last program of a run. */
export function lastSeen(events: readonly AgentEvent[]): LastSeen {
  const text = events.findLast((event) => event.type === "text" && event.text.trim() !== "");
  const command = events.findLast((event) => event.type === "command:finished" || event.type === "command:started");
  return {
    ...(text?.type === "text" ? { words: text.text.trim().slice(-LAST_WORDS) } : {}),
    ...(command !== undefined && "command" in command ? { command: shortenedCommand(command.command) } : {}),
  };
}
