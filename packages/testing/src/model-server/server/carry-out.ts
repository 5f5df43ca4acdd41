import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { makeCallId, type ModelRequest } from "../model-request.ts";
import { isReplyAction } from "../player.ts";
import type { Action, ErrorAction, HangupAction, ReplyAction, SilenceAction, WaitAction } from "../scenario.ts";
import type { DraftBlock } from "../tools/dialect.ts";
import { draftReply } from "../tools/draft-reply.ts";
import type { ReplyBlock, WireError } from "../wire/wire.ts";
import type { Gates } from "./gates.ts";
import type { ReplySink } from "./reply-sink.ts";
import type { Outcome } from "./request-log.ts";

/** What a turn is carried out with. */
export interface CarryOutOptions {
  readonly request: ModelRequest;
  readonly scenario: string;
  readonly callPrefix: string;
  readonly sink: ReplySink;
  readonly gates: Gates;
  /** Aborts when the client is gone or the server stops. */
  readonly signal: AbortSignal;
  refuse(action: ErrorAction): WireError;
  readText(path: string): string | undefined;
}

/**
 * Carries out the live actions of a turn in order. Neighbouring reply actions
 * are rendered together, so that words join and a dialect may join calls.
 */
export async function carryOut(actions: readonly Action[], options: CarryOutOptions): Promise<Outcome> {
  let waiting: ReplyAction[] = [];
  const draftAll = (): ReplyBlock[] => {
    const blocks = draftReply(waiting, options).map((draft) => withCallId(draft, options));
    waiting = [];
    return blocks;
  };
  for (const [index, action] of actions.entries()) {
    if (action.do === "stop") {
      sendAll(draftAll(), options.sink);
      options.sink.end(action.why);
      return "replied";
    }
    if (isReplyAction(action)) {
      waiting.push(action);
    } else if (action.do === "error" || action.do === "hangup") {
      return breakOff(action, { ...options, said: draftAll() });
    } else {
      sendAll(draftAll(), options.sink);
      const outcome = await wait(action, { ...options, isLast: index === actions.length - 1 });
      if (outcome !== undefined) {
        return outcome;
      }
    }
  }
  sendAll(draftAll(), options.sink);
  options.sink.end();
  return "replied";
}

function sendAll(blocks: readonly ReplyBlock[], sink: ReplySink): void {
  for (const block of blocks) {
    sink.block(block);
  }
}

/** Ends the request in the middle of the last thing said. */
function breakOff(action: ErrorAction | HangupAction, options: CarryOutOptions & { said: ReplyBlock[] }): Outcome {
  const { sink, said } = options;
  if (action.do === "hangup" && action.when === "before") {
    sink.hangUp({ when: "before", torn: undefined });
    return "hung-up";
  }
  const torn = said.pop();
  sendAll(said, sink);
  if (action.do === "hangup") {
    sink.hangUp({ when: "mid", torn });
    return "hung-up";
  }
  sink.fail(options.refuse(action), { inStream: action.via === "stream", torn });
  return "refused";
}

/** Waits; the outcome when the request ended meanwhile. */
async function wait(
  action: WaitAction | SilenceAction,
  options: CarryOutOptions & { isLast: boolean },
): Promise<Outcome | undefined> {
  const { sink, gates, signal } = options;
  switch (action.do) {
    case "delay":
      await sleep(action.ms, undefined, { signal }).catch(() => undefined);
      break;
    case "gate":
      await gates.pass(action.name, signal);
      break;
    case "silence":
      await gates.pass(action.name ?? `silence:${options.scenario}`, signal);
      break;
  }
  if (signal.aborted) {
    return "client-gone";
  }
  if (action.do === "silence" && options.isLast) {
    sink.hangUp({ when: "mid", torn: undefined });
    return "hung-up";
  }
  return undefined;
}

function withCallId(draft: DraftBlock, options: CarryOutOptions): ReplyBlock {
  if (draft.type === "text" || draft.type === "thinking") {
    return draft;
  }
  const unique = randomBytes(6).toString("hex");
  return { ...draft, callId: makeCallId({ prefix: options.callPrefix, replies: options.request.replies, unique }) };
}
