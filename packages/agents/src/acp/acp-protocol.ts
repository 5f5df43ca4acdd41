import type { AgentConversation, AgentProtocol, Json, ProtocolHost } from "@orch/core";
import { fieldAt, listAt, textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import type { Answer, Incoming } from "../json-rpc.ts";
import { answerQuestion, cancelQuestions, takeQuestion } from "./acp-questions.ts";
import { createTalk, endTalk, tellRefusal, type AcpTalk } from "./acp-talk.ts";
import { showWork, startTurn } from "./acp-turns.ts";
import { followUse, noteUse, startRequest } from "./acp-usage.ts";

/**
 * The Agent Client Protocol: initialize, open or load a session, prompt, and follow the updates until the prompt is
 * answered; then standard input is closed. A message waits for the running turn to end, because the protocol has no
 * sign by which a message in mid-turn shows up; it is delivered when the agent begins to work on it.
 */
export const acpProtocol: AgentProtocol = { name: "acp", converse };

const HELLO: Json = {
  protocolVersion: 1,
  clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
  clientInfo: { name: "orch", title: "orch", version: "1" },
};

/** What agents call the mode in which they ask (claude-agent-acp 0.101, Gemini CLI). */
const ASKING_MODE = "default";

function converse(host: ProtocolHost): AgentConversation {
  const talk = createTalk(host);
  return {
    open: () =>
      talk.rpc.request("initialize", HELLO, (answer) => expect(talk, answer, (hello) => openSession(talk, hello))),
    line: (text) => receive(talk, text),
    steer: (message) => takeMessage(talk, message),
    interrupt: () => interrupt(talk),
    end() {
      talk.ending = true;
      return interrupt(talk);
    },
    answer: ({ id, allow }) => answerQuestion(talk, { id, allow }),
  };
}

function openSession(talk: AcpTalk, hello: unknown): void {
  const past = textAt(talk.options, "session");
  if (past === undefined) return newSession(talk, hello);
  if (fieldAt(hello, "agentCapabilities", "loadSession") !== true) return newInstead(talk, { hello, why: "it can't" });
  talk.rpc.request("session/load", { ...place(talk), sessionId: past }, (answer) => {
    if ("error" in answer) return newInstead(talk, { hello, why: headline(answer.error) });
    chooseMode(talk, { hello, session: past, opened: answer.result });
  });
}

/** The prompt holds all facts, so a conversation that is gone costs time, not the attempt. */
function newInstead(talk: AcpTalk, { hello, why }: { readonly hello: unknown; readonly why: string }): void {
  talk.host.note(`The agent does not go on with its earlier conversation (${why}); it begins a new one.`);
  newSession(talk, hello);
}

function newSession(talk: AcpTalk, hello: unknown): void {
  talk.rpc.request("session/new", place(talk), (answer) =>
    expect(talk, answer, (opened) => chooseMode(talk, { hello, session: textAt(opened, "sessionId") ?? "", opened })),
  );
}

/**
 * What the repository says of hooks, servers, settings and addresses is code of strangers. The protocol has no word for
 * that; this is the one of the adapter for Claude Code (claude-agent-acp 0.101), and others pass over it.
 */
const OWN_SETTINGS_ONLY: Json = { claudeCode: { options: { settingSources: ["user"], strictMcpConfig: true } } };

function place(talk: AcpTalk): { readonly [key: string]: Json } {
  const here = { cwd: textAt(talk.options, "cwd") ?? "", mcpServers: [] };
  return fieldAt(talk.options, "trusted") === true ? here : { ...here, _meta: OWN_SETTINGS_ONLY };
}

interface Opened {
  readonly hello: unknown;
  readonly session: string;
  /** What the agent answered when the session was opened. */
  readonly opened: unknown;
}

/** Where an agent offers a mode in which it asks before it acts, orch decides, by the rules; else the agent does. */
function chooseMode(talk: AcpTalk, session: Opened): void {
  const offered = listAt(session.opened, "modes", "availableModes").some((mode) => textAt(mode, "id") === ASKING_MODE);
  if (!offered || textAt(session.opened, "modes", "currentModeId") === ASKING_MODE) return begin(talk, session);
  const params = { sessionId: session.session, modeId: ASKING_MODE };
  talk.rpc.request("session/set_mode", params, (answer) => {
    if ("error" in answer)
      talk.host.note(`The agent does not let orch decide what it may do: ${headline(answer.error)}`);
    begin(talk, session);
  });
}

function begin(talk: AcpTalk, { hello, session }: Opened): void {
  talk.session = session;
  const version = textAt(hello, "agentInfo", "version");
  talk.host.emit({
    type: "session:ready",
    agentSession: session,
    ...(version === undefined ? {} : { version: headline(version) }),
  });
  startTurn(talk, textAt(talk.options, "message") ?? "");
}

function receive(talk: AcpTalk, line: string): void {
  if (talk.phase === "ended") return;
  const message = talk.rpc.receive(line);
  if (message === undefined) return;
  const { id } = message;
  if (id !== undefined) return takeRequest(talk, { ...message, id });
  if (message.method === "session/update") followUpdate(talk, message.params);
}

function takeRequest(talk: AcpTalk, request: Incoming & { readonly id: string | number }): void {
  if (request.method === "session/request_permission") return takeQuestion(talk, request);
  talk.rpc.refuse(request.id, "orch offers no such method");
}

function followUpdate(talk: AcpTalk, params: unknown): void {
  const update = fieldAt(params, "update");
  const kind = textAt(update, "sessionUpdate");
  // What is shown while an earlier conversation is loaded was told by the run that had it, and its cost counted there.
  if (talk.phase === "starting" && kind === "usage_update") return noteUse(talk, update);
  if (talk.phase !== "turning" || textAt(params, "sessionId") !== talk.session) return;
  if (kind === "usage_update") return followUse(talk, update);
  const status = textAt(update, "status");
  if (kind === "tool_call_update" && (status === "completed" || status === "failed")) startRequest(talk);
  if (kind === "agent_message_chunk" || kind === "agent_thought_chunk" || kind === "tool_call") showWork(talk);
  for (const event of talk.updates.read(update, textAt(talk.options, "cwd") ?? "/")) talk.host.emit(event);
}

function takeMessage(
  talk: AcpTalk,
  { id, text }: { readonly id: string; readonly text: string },
): { accepted: boolean; why: string } {
  if (talk.messages.has(id)) return { accepted: true, why: "already taken" };
  if (talk.phase === "ended") return { accepted: false, why: "the agent has finished" };
  talk.messages.set(id, { text, state: "waiting" });
  return { accepted: true, why: "joins the next turn" };
}

function interrupt(talk: AcpTalk): boolean {
  if (talk.phase !== "turning") return false;
  talk.cancelled = true;
  cancelQuestions(talk);
  talk.rpc.notify("session/cancel", { sessionId: talk.session });
  return true;
}

function expect(talk: AcpTalk, answer: Answer, use: (result: unknown) => void): void {
  if ("result" in answer) return use(answer.result);
  tellRefusal(talk, answer);
  endTalk(talk);
}
