import type { AgentFailure, Json, ProtocolHost } from "@orch/core";
import { agentFailure, classifyText } from "@orch/parser/text";

import { createJsonRpc, type JsonRpc } from "../json-rpc.ts";
import { createUpdateReader, type UpdateReader } from "./acp-updates.ts";
import { emptyAccount, type AcpAccount } from "./acp-usage.ts";

/** What a person says to the agent, and how far it got. */
export interface Message {
  readonly text: string;
  state: "waiting" | "sent" | "delivered";
}

/** The state of one conversation with an agent that speaks the Agent Client Protocol. */
export interface AcpTalk {
  readonly host: ProtocolHost;
  readonly options: Json;
  readonly rpc: JsonRpc;
  readonly updates: UpdateReader;
  /** Messages of people that wait for their turn, by id, oldest first; taken ones stay with an empty text. */
  readonly messages: Map<string, Message>;
  /** Questions that wait for an answer: the id to answer to, and the answers offered. */
  readonly questions: Map<string, { readonly id: string | number; readonly options: readonly unknown[] }>;
  phase: "starting" | "turning" | "ended";
  session: string;
  turns: number;
  /** The message that the running turn is about; empty: the task. */
  current: string;
  /** True once the agent has said or done anything. */
  worked: boolean;
  /** True when the running turn was asked to end. */
  cancelled: boolean;
  /** True when no turn may follow the running one. */
  ending: boolean;
  readonly account: AcpAccount;
}

/** A conversation that has not begun. */
export function createTalk(host: ProtocolHost): AcpTalk {
  return {
    host,
    options: host.options,
    rpc: createJsonRpc((line) => host.writeLine(line), "2.0"),
    updates: createUpdateReader(),
    messages: new Map(),
    questions: new Map(),
    phase: "starting",
    session: "",
    turns: 0,
    current: "",
    worked: false,
    cancelled: false,
    ending: false,
    account: emptyAccount(),
  };
}

/** Ends the conversation: agents of this kind end when their input does. */
export function endTalk(talk: AcpTalk): void {
  if (talk.phase === "ended") return;
  talk.phase = "ended";
  talk.host.closeInput();
}

const AUTH_REQUIRED = -32_000;

/** Tells of a refused request. */
export function tellRefusal(talk: AcpTalk, refusal: { readonly error: string; readonly code?: number }): void {
  talk.host.emit({ type: "error", failure: refusalFailure(refusal) });
}

/** The failure that a refused request tells of: the protocol has one code of use, so the words have to do. */
export function refusalFailure({ error, code }: { readonly error: string; readonly code?: number }): AgentFailure {
  return agentFailure(classifyText(error) ?? (code === AUTH_REQUIRED ? "auth" : "failed"), error);
}
