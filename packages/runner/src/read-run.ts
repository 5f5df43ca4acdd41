import type { AgentEvent, SaidByPeople, SessionEvent } from "@orch/core";

/** What the agent's events say, which messages they showed, and what people told it. */
export interface AgentRun {
  readonly events: readonly AgentEvent[];
  readonly shown: ReadonlySet<string>;
  readonly said: readonly (SaidByPeople & { readonly id: string })[];
}

const KEPT_CHARACTERS = 8 * 1024 * 1024;
/** What is counted or decided by: kept from the middle of a long run as well. */
const COUNTED: ReadonlySet<AgentEvent["type"]> = new Set(["usage", "turn:started", "turn:finished", "quota", "error"]);
const MOST_SAID = 20;
const MOST_SAID_TEXT = 4000;
/** How the supervisor signs what orch itself says. */
const ORCH = "orch";

/**
 * A session's events, to its end. At most 24 MiB of the agent's are kept (law 12): of a longer run the beginning, the end,
 * and from between them what counts tokens and turns. Of what people said the newest twenty, each cut at 4,000 characters.
 */
export async function readRun(
  lines: AsyncIterable<SessionEvent>,
  { stop, kept = KEPT_CHARACTERS }: { readonly stop: AbortController; readonly kept?: number },
): Promise<AgentRun> {
  const shown = new Set<string>();
  const said: (SaidByPeople & { readonly id: string })[] = [];
  const events = keepEvents(kept);
  for await (const line of lines) {
    if (line.kind === "exit") stop.abort();
    if (line.kind === "input" && line.from !== ORCH) {
      said.push({ id: line.messageId, from: line.from, text: line.text.slice(0, MOST_SAID_TEXT) });
      if (said.length > MOST_SAID) said.shift();
    }
    if (line.kind !== "agent") continue;
    for (const message of messageShown(line.event)) shown.add(message);
    events.add(line.event);
  }
  return { events: events.all(), shown, said };
}

/** The message that an event shows to have reached its agent. */
export function messageShown(event: AgentEvent): readonly string[] {
  return event.type === "message:delivered" ? [event.messageId] : [];
}

interface Sized {
  readonly event: AgentEvent;
  readonly size: number;
}

function keepEvents(kept: number): { add(event: AgentEvent): void; all(): readonly AgentEvent[] } {
  const head: AgentEvent[] = [];
  const middle: AgentEvent[] = [];
  const tail: Sized[] = [];
  let [headSize, middleSize, tailSize] = [0, 0, 0];

  function passOver({ event, size }: Sized): void {
    tailSize -= size;
    if (!COUNTED.has(event.type) || middleSize + size > kept) return;
    middle.push(event);
    middleSize += size;
  }

  return {
    add(event) {
      const size = JSON.stringify(event).length;
      headSize += size;
      if (headSize <= kept) {
        head.push(event);
        return;
      }
      tail.push({ event, size });
      tailSize += size;
      while (tailSize > kept) {
        const oldest = tail.shift();
        if (oldest === undefined) return;
        passOver(oldest);
      }
    },
    all: () => [...head, ...middle, ...tail.map(({ event }) => event)],
  };
}
