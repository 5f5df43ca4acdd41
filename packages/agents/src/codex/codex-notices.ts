import { fieldAt, listAt, textAt } from "@orch/parser/text";

import type { Incoming } from "../json-rpc.ts";
import { withdrawQuestion, withdrawQuestions } from "../withdraw-questions.ts";
import { codexFailure } from "./codex-failure.ts";
import { finishedItem, startedItem, totalUsage, usageSince } from "./codex-items.ts";
import { quotaWindows } from "./codex-limits.ts";
import { endTalk, type CodexTalk } from "./codex-talk.ts";
import { goOn, steerWaiting } from "./codex-turns.ts";

type Notice = (talk: CodexTalk, notice: Incoming) => void;

const NOTICES: Readonly<Record<string, Notice>> = {
  "turn/started": turnStarted,
  "turn/completed": turnCompleted,
  "item/started": (talk, { params }) => itemNotice(talk, fieldAt(params, "item"), startedItem),
  "item/completed": (talk, { params }) => itemNotice(talk, fieldAt(params, "item"), finishedItem),
  "thread/tokenUsage/updated": usageNotice,
  "account/rateLimits/updated": limitsNotice,
  "serverRequest/resolved": requestResolved,
  error: errorNotice,
};

/** Follows one notification of codex; those of other threads than the task's own, and unknown ones, are ignored. */
export function followNotice(talk: CodexTalk, notice: Incoming): void {
  const thread = textAt(notice.params, "threadId");
  if (thread !== undefined && thread !== talk.thread) return;
  if (Object.hasOwn(NOTICES, notice.method)) NOTICES[notice.method]?.(talk, notice);
}

function turnStarted(talk: CodexTalk, { params }: Incoming): void {
  talk.turn = textAt(params, "turn", "id") ?? talk.turn;
  talk.turns += 1;
  talk.errorTold = false;
  talk.host.emit({ type: "turn:started", turn: talk.turns });
  steerWaiting(talk);
}

function turnCompleted(talk: CodexTalk, { params, at }: Incoming): void {
  const named = textAt(params, "turn", "status");
  const status = named === "completed" || named === "interrupted" ? named : "failed";
  if (status === "failed" && !talk.errorTold) tellError(talk, fieldAt(params, "turn", "error"), at);
  talk.host.emit({ type: "turn:finished", turn: talk.turns, status });
  talk.turn = "";
  talk.phase = "between";
  withdrawQuestions(talk.host, talk.asked);
  // A turn that failed would fail again: the attempt ends, and the engine decides.
  if (status === "failed") return endTalk(talk);
  goOn(talk);
}

/** Codex tells this of every request of its own: of one that was answered, and of one that it needs no answer to any more. */
function requestResolved(talk: CodexTalk, { params }: Incoming): void {
  withdrawQuestion(talk.host, talk.asked, String(fieldAt(params, "requestId")));
}

function itemNotice(talk: CodexTalk, item: unknown, events: typeof finishedItem): void {
  if (textAt(item, "type") === "userMessage") return userItem(talk, item);
  for (const event of events(item, textAt(talk.options, "cwd") ?? "/")) talk.host.emit(event);
}

function userItem(talk: CodexTalk, item: unknown): void {
  const clientId = textAt(item, "clientId");
  const text = listAt(item, "content")
    .map((part) => textAt(part, "text") ?? "")
    .join("\n");
  const shown = talk.messages.show(clientId === undefined ? { text } : { clientId, text });
  if (shown !== undefined) talk.host.emit({ type: "message:delivered", messageId: shown });
}

function usageNotice(talk: CodexTalk, { params }: Incoming): void {
  const total = totalUsage(params);
  const usage = usageSince(talk.usage, total);
  talk.usage = total;
  // Before its first turn, a conversation that was taken up again tells what it had used until then.
  if (talk.turns === 0) return;
  if (usage.inputTokens + usage.outputTokens > 0) talk.host.emit({ type: "usage", usage });
}

/** Codex repeats its windows with every answer of the service: each is told when it changes. */
function limitsNotice(talk: CodexTalk, { params }: Incoming): void {
  const windows = quotaWindows(params);
  const exhausted = windows.flatMap(({ status, resetsAt }) => (status === "rejected" ? [resetsAt ?? 0] : []));
  const resetsAt = Math.max(0, ...exhausted);
  if (resetsAt > 0) talk.resetsAt = resetsAt;
  for (const told of windows) {
    const words = JSON.stringify(told);
    if (talk.windows.get(told.window) !== words) talk.host.emit(told);
    talk.windows.set(told.window, words);
  }
}

function errorNotice(talk: CodexTalk, { params, at }: Incoming): void {
  const error = fieldAt(params, "error");
  if (fieldAt(params, "willRetry") !== true) return tellError(talk, error, at);
  talk.host.emit({ type: "retry", failure: codexFailure(error, contextOf(talk, at)) });
}

function tellError(talk: CodexTalk, error: unknown, at: number): void {
  talk.errorTold = true;
  talk.host.emit({ type: "error", failure: codexFailure(error, contextOf(talk, at)) });
}

function contextOf(talk: CodexTalk, at: number): { readonly at: number; readonly resetsAt?: number } {
  return talk.resetsAt === undefined ? { at } : { at, resetsAt: talk.resetsAt };
}
