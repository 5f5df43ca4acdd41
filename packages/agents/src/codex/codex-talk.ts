import { noUsage, type Json, type ProtocolHost, type Usage } from "@orch/core";
import { agentFailure, classifyText } from "@orch/parser/text";

import { createJsonRpc, type Answer, type JsonRpc } from "../json-rpc.ts";
import { createMessageBook, type MessageBook } from "./codex-messages.ts";

/** The state of one conversation with `codex app-server`; see `codexProtocol` for its phases. */
export interface CodexTalk {
  readonly host: ProtocolHost;
  readonly options: Json;
  readonly rpc: JsonRpc;
  readonly messages: MessageBook;
  /** Requests that wait for a person's answer, by the id that they were told with. */
  readonly asked: Map<string, string | number>;
  phase: "starting" | "turning" | "between" | "ended";
  thread: string;
  /** The running turn's id; empty between its request and its start. */
  turn: string;
  /** How many turns have begun. */
  turns: number;
  steersUnanswered: number;
  /** True when no turn may follow the running one. */
  ending: boolean;
  /** True when the running turn's error has been emitted. */
  errorTold: boolean;
  /** The thread's cumulative usage so far. */
  usage: Usage;
  /** What was told of each of the account's windows last, as JSON. */
  readonly windows: Map<string, string>;
  /** When an exhausted rate window resets (epoch milliseconds). */
  resetsAt?: number;
}

/** A conversation that has not begun. */
export function createTalk(host: ProtocolHost): CodexTalk {
  return {
    host,
    options: host.options,
    rpc: createJsonRpc((line) => host.writeLine(line)),
    messages: createMessageBook(),
    asked: new Map(),
    windows: new Map(),
    phase: "starting",
    thread: "",
    turn: "",
    turns: 0,
    steersUnanswered: 0,
    ending: false,
    errorTold: false,
    usage: noUsage,
  };
}

/** Ends the conversation: codex ends when its input does. */
export function endTalk(talk: CodexTalk): void {
  if (talk.phase === "ended") return;
  talk.phase = "ended";
  talk.host.closeInput();
}

/** Uses the result of a request without which nothing goes on; a refusal becomes an error and the end. */
export function expectResult(talk: CodexTalk, answer: Answer, use: (result: unknown) => void): void {
  if ("result" in answer) return use(answer.result);
  talk.errorTold = true;
  const kind = classifyText(answer.error) ?? "failed";
  talk.host.emit({ type: "error", failure: agentFailure(kind, answer.error) });
  endTalk(talk);
}
