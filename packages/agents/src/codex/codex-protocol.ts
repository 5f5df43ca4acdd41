import type { AgentConversation, AgentProtocol, Json, ProtocolHost } from "@orch/core";
import { textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import { answerAsked, answerRequest, mustAsk } from "./codex-approvals.ts";
import { followNotice } from "./codex-notices.ts";
import { createTalk, expectResult, type CodexTalk } from "./codex-talk.ts";
import { endTurns, interruptTurn, startTurn, takeMessage } from "./codex-turns.ts";

/**
 * The conversation with `codex app-server`: initialize, start a thread or take one up again, start a turn with the task, and follow the
 * notifications until the turn ends; then standard input is closed, and codex ends.
 *
 * `starting` → `turning` ⇄ `between` → `ended`. A message that arrives while a turn runs joins it (`turn/steer`); it
 * is delivered when the stream shows a user item with its id. The answer to `turn/steer` is no sign: codex gives it
 * as soon as it has queued the text. A message that a turn did not show before it ended opens the next turn.
 */
export const codexProtocol: AgentProtocol = { name: "codex", converse };

const HELLO: Json = { clientInfo: { name: "orch", title: "orch", version: "1" } };

function converse(host: ProtocolHost): AgentConversation {
  const talk = createTalk(host);
  return {
    open: () => talk.rpc.request("initialize", HELLO, (answer) => expectResult(talk, answer, (it) => greet(talk, it))),
    line: (text) => receive(talk, text),
    steer: (message) => takeMessage(talk, message),
    interrupt: () => interruptTurn(talk),
    end: () => endTurns(talk),
    answer: (request) => answerAsked(talk, request),
  };
}

function greet(talk: CodexTalk, hello: unknown): void {
  talk.rpc.notify("initialized");
  const past = textAt(talk.options, "resume");
  const [method, which] = past === undefined ? ["thread/start", {}] : ["thread/resume", { threadId: past }];
  talk.rpc.request(method, { ...threadOptions(talk.options), ...which }, (answer) =>
    expectResult(talk, answer, (result) => {
      talk.thread = textAt(result, "thread", "id") ?? "";
      const model = textAt(result, "model") ?? textAt(result, "thread", "model");
      const version = versionIn(textAt(hello, "userAgent") ?? "");
      talk.host.emit({
        type: "session:ready",
        agentSession: talk.thread,
        ...(model === undefined ? {} : { model }),
        ...(version === "" ? {} : { version }),
      });
      startTurn(talk, textAt(talk.options, "message") ?? "");
    }),
  );
}

/** Codex answers `<client>/<its version> (<system>) …`. */
function versionIn(userAgent: string): string {
  const product = userAgent.split(" ", 1)[0] ?? "";
  return headline(product.slice(product.indexOf("/") + 1));
}

function receive(talk: CodexTalk, line: string): void {
  const message = talk.rpc.receive(line);
  if (message === undefined) return;
  if (message.id === undefined) return followNotice(talk, message);
  answerRequest(talk, { ...message, id: message.id });
}

function threadOptions(options: Json): Readonly<Record<string, Json>> {
  const model = textAt(options, "model");
  const system = textAt(options, "system") ?? "";
  return {
    cwd: textAt(options, "cwd") ?? "",
    approvalPolicy: mustAsk(options) ? "untrusted" : "never",
    // The sandbox is orch's own, around codex as a whole.
    sandbox: "danger-full-access",
    ...(model === undefined ? {} : { model }),
    ...(system === "" ? {} : { developerInstructions: system }),
  };
}
