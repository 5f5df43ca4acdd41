import type { AgentConversation, AgentProtocol, Json, ProtocolHost } from "@orch/core";

import { reasonOf } from "../files/system-error.ts";
import type { EventLog } from "./event-log.ts";
import type { Transcript } from "./transcript.ts";

const MAX_INPUT_BACKLOG = 8 * 1024 * 1024;

/** What a conversation is held with. */
export interface ConversationParts {
  readonly options: Json;
  readonly input: NodeJS.WritableStream | null;
  readonly log: EventLog;
  readonly transcript: Transcript;
  /** `onRefused` is looked for when something is refused: nobody listens yet when the conversation is opened. */
  readonly live: { readonly onRefused?: (messageId: string, why: string) => void };
}

/** Opens a conversation whose methods never throw, whatever the protocol does: a fault becomes a notice. */
export function converse(protocol: AgentProtocol, parts: ConversationParts): AgentConversation {
  const inner = protocol.converse(hostOf(parts));

  function guard<Value>(fallback: Value, call: () => Value): Value {
    try {
      return call();
    } catch (error) {
      parts.log.append({ kind: "notice", text: `the protocol ${protocol.name} failed: ${reasonOf(error)}` });
      return fallback;
    }
  }

  return {
    open: () => guard(undefined, () => inner.open()),
    line: (text) => guard(undefined, () => inner.line(text)),
    steer: (message) => guard({ accepted: false, why: "the protocol failed" }, () => inner.steer(message)),
    interrupt: () => guard(false, () => inner.interrupt()),
    end: () => guard(false, () => inner.end?.() ?? inner.interrupt()),
    ...(inner.answer === undefined ? {} : { answer: (given) => guard(false, () => inner.answer?.(given) ?? false) }),
  };
}

function hostOf({ options, input, log, transcript, live }: ConversationParts): ProtocolHost {
  // An agent that closes its input, or ends, is no error of ours.
  input?.on("error", () => undefined);
  return {
    options,
    emit: (event) => log.append({ kind: "agent", event }),
    writeLine(line) {
      if (input?.writable !== true) return;
      const backlog = "writableLength" in input ? Number(input.writableLength) : 0;
      if (backlog < MAX_INPUT_BACKLOG) input.write(`${line}\n`);
      else log.append({ kind: "notice", text: "the agent does not read its input; a message was dropped" });
    },
    closeInput: () => void input?.end(),
    note: (text) => transcript.note(text),
    refused: (messageId, why) => live.onRefused?.(messageId, why),
  };
}
