import type { AgentEvent } from "@orch/core";
import { fieldAt, isJsonObject, parseJsonObject, textAt } from "@orch/parser/text";

import { followNotice } from "./codex-notices.ts";
import { createTalk } from "./codex-talk.ts";

/**
 * The events of a recorded conversation with `codex app-server`: the server's messages, bare or each in an envelope
 * `{dir, message}`. Nothing is answered, for nobody is there.
 */
export function decodeCodexServer(text: string): readonly AgentEvent[] {
  const events: AgentEvent[] = [];
  const talk = createTalk({
    options: {},
    emit: (event) => void events.push(event),
    writeLine: () => undefined,
    closeInput: () => undefined,
    note: () => undefined,
  });
  for (const message of messagesIn(text)) {
    const thread = textAt(message, "result", "thread", "id");
    if (thread !== undefined && talk.thread === "") {
      talk.thread = thread;
      events.push({ type: "session:ready", agentSession: thread });
    }
    const notice = talk.rpc.receive(JSON.stringify(message));
    talk.thread ||= textAt(notice?.params, "threadId") ?? "";
    if (notice !== undefined && notice.id === undefined) followNotice(talk, notice);
  }
  return events;
}

/** True for a text that is such a recording. */
export function isCodexServer(text: string): boolean {
  const [first] = messagesIn(text.split("\n", 20).join("\n"));
  return first !== undefined && ("method" in first || "result" in first);
}

function messagesIn(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split("\n").flatMap((written) => {
    const line = parseJsonObject(written);
    if (line === undefined) return [];
    const direction = textAt(line, "dir");
    if (direction === undefined) return [line];
    const message = fieldAt(line, "message");
    return direction === "server" && isJsonObject(message) ? [message] : [];
  });
}
