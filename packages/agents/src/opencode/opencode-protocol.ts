import type { AgentConversation, AgentProtocol, ProtocolHost } from "@orch/core";
import { agentFailure, fieldAt, isJsonObject, listAt, parseJsonObject, textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import { followEvent, followStored } from "./opencode-events.ts";
import { postTask, takeMessage } from "./opencode-messages.ts";
import { missingModel } from "./opencode-models.ts";
import { answerQuestion } from "./opencode-questions.ts";
import {
  createTalk,
  endTalk,
  request,
  sessionPath,
  takeAnswer,
  tellFailure,
  type OpencodeTalk,
} from "./opencode-talk.ts";
import { beginTurn, finishTurn } from "./opencode-turns.ts";

/**
 * The conversation with `opencode serve`, through the bridge: check the model, create or take up a session, post the
 * task, and follow the events until the session rests; then the bridge's input is closed, and the server ends.
 *
 * `starting` → `working` → `ended`. A message is posted when the one before it was shown, and joins the running turn at
 * its next step; it is delivered when the stream shows the part that carries its id. One that came too late opens the
 * next turn.
 */
export const opencodeProtocol: AgentProtocol = { name: "opencode", converse };

const GUARD =
  "opencode did not come upon orch's guard, so that the plugins of the repository might run. Trust the repository, or use another version of opencode.";

function converse(host: ProtocolHost): AgentConversation {
  const talk = createTalk(host);
  return {
    open: () => undefined,
    line: (text) => receive(talk, parseJsonObject(text)),
    steer: (message) => takeMessage(talk, message),
    interrupt: () => interrupt(talk),
    answer: (answer) => answerQuestion(talk, answer),
  };
}

function receive(talk: OpencodeTalk, line: unknown): void {
  if (line === undefined || talk.phase === "ended") return;
  const event = fieldAt(line, "event");
  if (event !== undefined) return followEvent(talk, event);
  if (takeAnswer(talk, line)) return;
  const ready = fieldAt(line, "ready");
  if (ready !== undefined) return talk.session === "" ? begin(talk, ready) : catchUp(talk);
  const failed = fieldAt(line, "failed");
  if (failed !== undefined) stop(talk, `${textAt(failed, "message") ?? ""}: ${textAt(failed, "output") ?? ""}`);
}

function begin(talk: OpencodeTalk, ready: unknown): void {
  const needsGuard = fieldAt(talk.options, "guarded") === true;
  if (needsGuard && fieldAt(ready, "guarded") !== true) return stop(talk, GUARD);
  request(talk, { method: "GET", path: "/config/providers" }, ({ body }) => {
    const problem = missingModel(body, fieldAt(talk.options, "model"));
    if (problem === undefined) return openSession(talk);
    tellFailure(talk, agentFailure("model", problem));
    endTalk(talk);
  });
}

function openSession(talk: OpencodeTalk): void {
  const past = textAt(talk.options, "session");
  if (past === undefined) {
    // Without a title opencode would ask a model for one.
    const body = { title: textAt(talk.options, "title") ?? "orch" };
    return request(talk, { method: "POST", path: "/session", body }, (answer) => start(talk, answer.body));
  }
  const body = { sessionID: past, destination: { directory: textAt(talk.options, "cwd") ?? "" }, moveChanges: false };
  // Otherwise it would work in the folder in which it was begun.
  request(talk, { method: "POST", path: "/experimental/control-plane/move-session", body }, ({ status }) => {
    if (status < 200 || status >= 300) return stop(talk, `opencode does not know the conversation ${past}`);
    recall(talk, past);
  });
}

/** What an earlier run was told already must not be told again, nor counted, whatever opencode shows of it later. */
function recall(talk: OpencodeTalk, past: string): void {
  const path = `/session/${encodeURIComponent(past)}`;
  request(talk, { method: "GET", path: `${path}/message` }, ({ body }) => {
    for (const message of Array.isArray(body) ? body : []) {
      talk.recalled.add(textAt(message, "info", "id") ?? "");
      for (const part of listAt(message, "parts")) talk.parts.read(part, "/");
    }
    request(talk, { method: "GET", path }, (answer) => start(talk, answer.body));
  });
}

function start(talk: OpencodeTalk, session: unknown): void {
  const id = textAt(session, "id");
  if (id === undefined) return stop(talk, `opencode opened no session: ${headline(JSON.stringify(session) ?? "")}`);
  talk.session = id;
  talk.family.add(id);
  const version = textAt(session, "version");
  const model = textAt(talk.options, "model", "modelID");
  talk.host.emit({
    type: "session:ready",
    agentSession: id,
    ...(model === undefined ? {} : { model }),
    ...(version === undefined ? {} : { version }),
  });
  talk.phase = "working";
  postTask(talk, () => stop(talk, "opencode refused the prompt"));
}

/** After a lost connection: what was missed is read from the session. */
function catchUp(talk: OpencodeTalk): void {
  beginTurn(talk);
  request(talk, { method: "GET", path: sessionPath(talk, "/message") }, ({ body }) => {
    if (Array.isArray(body)) for (const message of body) followStored(talk, message);
    request(talk, { method: "GET", path: "/session/status" }, (answer) => {
      const rests = isJsonObject(answer.body) && !Object.hasOwn(answer.body, talk.session);
      // A session that rests without a step behind it has not begun yet.
      if (rests && (talk.lastReason !== "" || talk.failure !== undefined || talk.aborted)) finishTurn(talk);
    });
  });
}

function stop(talk: OpencodeTalk, message: string): void {
  tellFailure(talk, agentFailure("failed", message));
  endTalk(talk);
}

function interrupt(talk: OpencodeTalk): boolean {
  if (!talk.busy || talk.phase !== "working") return false;
  request(talk, { method: "POST", path: sessionPath(talk, "/abort") });
  return true;
}
