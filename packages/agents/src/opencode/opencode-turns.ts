import { agentFailure, fieldAt } from "@orch/parser/text";

import { withdrawQuestions } from "../withdraw-questions.ts";
import { hasUnanswered } from "./opencode-messages.ts";
import { endTalk, request, tellFailure, type OpencodeTalk } from "./opencode-talk.ts";

const LOOK_MS = 250;
const LOOKS = 40;

/** The session works: a turn begins, unless one runs. */
export function beginTurn(talk: OpencodeTalk): void {
  if (talk.busy || talk.phase !== "working") return;
  talk.busy = true;
  talk.turns += 1;
  talk.lastReason = "";
  talk.host.emit({ type: "turn:started", turn: talk.turns });
}

/** The session rests: the turn has ended. What came too late for it opens the next one. */
export function finishTurn(talk: OpencodeTalk): void {
  if (!talk.busy) return;
  talk.busy = false;
  const status = statusOf(talk);
  talk.host.emit({ type: "turn:finished", turn: talk.turns, status });
  withdrawQuestions(talk.host, talk.questions);
  // A turn that failed would fail again: the attempt ends, and the engine decides.
  if (status !== "completed" || !hasUnanswered(talk)) return endTalk(talk);
  awaitNextTurn(talk, LOOKS);
}

/** Opencode takes a moment to begin with a message that came as the turn ended; one that it forgot is told. */
function awaitNextTurn(talk: OpencodeTalk, looks: number): void {
  request(talk, { method: "GET", path: "/session/status", after: LOOK_MS }, ({ body }) => {
    if (talk.busy || talk.phase === "ended" || fieldAt(body, talk.session) !== undefined) return;
    if (hasUnanswered(talk) && looks > 0) return awaitNextTurn(talk, looks - 1);
    if (hasUnanswered(talk)) talk.host.note("opencode took a message without answering it.");
    endTalk(talk);
  });
}

function statusOf(talk: OpencodeTalk): "completed" | "interrupted" | "failed" {
  if (talk.failure !== undefined) return "failed";
  if (talk.aborted) return "interrupted";
  if (talk.lastReason === "stop") return "completed";
  tellFailure(talk, agentFailure(talk.lastReason === "" ? "invalid_output" : "failed", brokenOff(talk.lastReason)));
  return "failed";
}

function brokenOff(reason: string): string {
  if (reason === "") return "opencode ended its turn without an answer of the model";
  if (reason === "length") return "the model's answer was cut off at its greatest length";
  return `opencode ended its turn after a step that ended with ${JSON.stringify(reason)}`;
}
