import type { Activity, AgentEvent, QuotaWindow } from "@orch/core";

const SLOWEST = 5;
const LONGEST_COMMAND = 200;
const LAST_WORDS = 600;

/** What an agent did, counted from its events (seed row C42). */
export function activityOf(events: readonly AgentEvent[]): Activity {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  const finished = events.filter((event) => event.type === "command:finished");
  const slowest = finished
    .flatMap(({ command, durationMs }) =>
      durationMs === undefined ? [] : [{ command: shortened(command), ms: durationMs }],
    )
    .toSorted((left, right) => right.ms - left.ms)
    .slice(0, SLOWEST);
  const failed = finished.filter(({ exitCode }) => exitCode !== undefined && exitCode !== 0).length;
  return { events: counts, commands: finished.length, failedCommands: failed, slowest };
}

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
    ...(command !== undefined && "command" in command ? { command: shortened(command.command) } : {}),
  };
}

function shortened(text: string): string {
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND - 1)}…` : text;
}
