import type { AgentFailure, Json, ProtocolHost } from "@orch/core";
import { fieldAt, numberAt } from "@orch/parser/text";

import { createPartReader, type PartReader } from "./opencode-parts.ts";

/** A person's message on its way to the agent. */
export interface SentMessage {
  readonly id: string;
  readonly text: string;
  /** `waiting`: there is no session yet; `sent`: posted; `shown`: the stream showed it; `answered`: the model was asked with it. */
  state: "waiting" | "sent" | "shown" | "answered";
  /** The id of the user message that carries it, once it was shown. */
  carrier?: string;
}

/** The state of one conversation with `opencode serve`; see `opencodeProtocol` for its phases. */
export interface OpencodeTalk {
  readonly host: ProtocolHost;
  readonly options: Json;
  readonly parts: PartReader;
  readonly messages: Map<string, SentMessage>;
  /** Who said a message, by its id; parts don't tell. */
  readonly roles: Map<string, string>;
  /** The conversation's own session and those of its subagents. */
  readonly family: Set<string>;
  readonly questions: Set<string>;
  /** The messages of an earlier run. */
  readonly recalled: Set<string>;
  readonly waiting: Map<number, (answer: BridgeAnswer) => void>;
  /** The part that was posted last, until the stream shows it: what is posted meanwhile might come before it. */
  posting: string;
  requests: number;
  phase: "starting" | "working" | "ended";
  session: string;
  turns: number;
  busy: boolean;
  /** How the last step of the running turn ended, in opencode's word; empty: none has. */
  lastReason: string;
  failure?: AgentFailure;
  aborted: boolean;
}

/** What the bridge answered: status 0 when the server could not be asked. */
export interface BridgeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A conversation that has not begun. */
export function createTalk(host: ProtocolHost): OpencodeTalk {
  return {
    host,
    options: host.options,
    parts: createPartReader(),
    messages: new Map(),
    roles: new Map(),
    family: new Set(),
    questions: new Set(),
    recalled: new Set(),
    waiting: new Map(),
    posting: "",
    requests: 0,
    phase: "starting",
    session: "",
    turns: 0,
    busy: false,
    lastReason: "",
    aborted: false,
  };
}

/** Asks the server something, through the bridge. */
export function request(
  talk: OpencodeTalk,
  what: { readonly method: "GET" | "POST"; readonly path: string; readonly body?: Json; readonly after?: number },
  answered: (answer: BridgeAnswer) => void = () => undefined,
): void {
  talk.requests += 1;
  talk.waiting.set(talk.requests, answered);
  talk.host.writeLine(JSON.stringify({ id: talk.requests, ...what }));
}

/** Gives an answer of the bridge to whoever waits for it; false when the line is none. */
export function takeAnswer(talk: OpencodeTalk, line: unknown): boolean {
  const id = numberAt(line, "id");
  const status = numberAt(line, "status");
  if (id === undefined || status === undefined) return false;
  const answered = talk.waiting.get(id);
  talk.waiting.delete(id);
  answered?.({ status, body: fieldAt(line, "body") });
  return true;
}

/** The path of the conversation's session. */
export function sessionPath(talk: OpencodeTalk, rest: string): string {
  return `/session/${encodeURIComponent(talk.session)}${rest}`;
}

/** Tells of a failure that nothing comes after, and remembers it for the end of the turn. The first one counts. */
export function tellFailure(talk: OpencodeTalk, failure: AgentFailure): void {
  if (talk.failure !== undefined) return;
  talk.failure = failure;
  talk.host.emit({ type: "error", failure });
}

/** Ends the conversation: the bridge ends the server when its input ends. */
export function endTalk(talk: OpencodeTalk): void {
  if (talk.phase === "ended") return;
  talk.phase = "ended";
  talk.host.closeInput();
}
