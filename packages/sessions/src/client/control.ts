import {
  orchError,
  type AnswerReceipt,
  type Clock,
  type HoldReceipt,
  type HoldRequest,
  type PermissionAnswer,
  type PermissionRequest,
  type SteerMessage,
  type SteerReceipt,
  type StopRequest,
} from "@orch/core";
import type { RedactionKnowledge } from "@orch/security";

import { parseRequest, type IndexEntry } from "../files/parse-records.ts";
import { writtenKnowledge } from "../files/secrets-file.ts";
import { signal } from "../processes/family.ts";
import { isAlive } from "../processes/process-table.ts";
import { openEventReader } from "./event-reader.ts";
import { waitForEnd, within } from "./follow.ts";
import { openLink, type Link } from "./link.ts";
import { isStarting, probeSession, readRecords } from "./probe.ts";
import { UP_MS } from "./start.ts";

/** A little longer than a supervisor waits for the agent. */
const RECEIPT_MS = 20_000;
/** How long the gentlest way to stop may take: the supervisor's graces one after the other, and its census. */
const STOP_MS = 40_000;
const FORCED_MS = 10_000;
const LOOK_MS = 50;

/** How a session's supervisor is reached. */
export interface Reach {
  readonly clock: Clock;
  /** Ends the wait for one that is still starting; absent: that is not waited for. */
  readonly signal?: AbortSignal;
}

/**
 * Hands a message to a session's supervisor and resolves with what became of it.
 * @throws `session_failed` when the supervisor lives and can't be reached; `interrupted`.
 */
export async function sendMessage(entry: IndexEntry, reach: Reach, message: SteerMessage): Promise<SteerReceipt> {
  const { id, from, text } = message;
  const answer = await ask(entry, reach, { t: "send", id, from, text });
  if (answer !== undefined && answer !== "over") return receiptOf(answer);
  // Whoever sends again what was shown is told so, although nobody is there any more to say it.
  if (await hasShown(entry, id)) return { outcome: "delivered" };
  if (answer === "over" || (await isOver(entry, reach))) return { outcome: "refused", why: "the session has ended" };
  return { outcome: "queued", why: "the session did not say what became of it" };
}

async function isOver(entry: IndexEntry, { clock }: Reach): Promise<boolean> {
  const { state } = await probeSession(entry, clock);
  return state === "exited" || state === "lost";
}

async function hasShown({ folder }: IndexEntry, messageId: string): Promise<boolean> {
  const reader = openEventReader(folder, 0);
  try {
    for await (const each of reader.drain()) {
      const event = each.kind === "agent" ? each.event : undefined;
      if (event?.type === "message:delivered" && event.messageId === messageId) return true;
    }
    return false;
  } finally {
    await reader.close();
  }
}

/** What the agent of a session asks; nothing when it has ended. @throws `session_failed` as `sendMessage`. */
export async function listAsks(entry: IndexEntry, reach: Reach): Promise<readonly PermissionRequest[]> {
  const answer = await ask(entry, reach, { t: "asks" });
  const requests = answer === "over" ? [] : answer?.["requests"];
  return Array.isArray(requests) ? requests.flatMap(parseRequest) : [];
}

/** Answers what an agent asks. @throws `session_failed` as `sendMessage`. */
export async function giveAnswer(entry: IndexEntry, reach: Reach, given: PermissionAnswer): Promise<AnswerReceipt> {
  const answer = await ask(entry, reach, { t: "answer", ...given });
  if (answer === "over") return { outcome: "refused", why: "the session has ended" };
  if (answer?.["outcome"] === "answered") return { outcome: "answered" };
  const why = answer?.["why"];
  return { outcome: "refused", why: typeof why === "string" ? why : "the session did not say what became of it" };
}

/** Tells a session's supervisor what it has to hide; one that has ended needs not know. @throws as `sendMessage`. */
export async function teachSession(entry: IndexEntry, reach: Reach, knowledge: RedactionKnowledge): Promise<void> {
  await ask(entry, reach, { t: "hide", ...writtenKnowledge(knowledge) });
}

/** Takes a session over, or lets go of it. @throws `session_failed` as `sendMessage`. */
export async function holdSession(entry: IndexEntry, reach: Reach, hold: HoldRequest): Promise<HoldReceipt> {
  const answer = await ask(entry, reach, { t: "hold", ...hold });
  if (answer === "over") return { waiting: 0, holders: [] };
  const { waiting, holders } = answer ?? {};
  // An older supervisor knows one holder, and does not say who that is.
  const asked = hold.ms > 0 ? [hold.by] : [];
  return {
    waiting: typeof waiting === "number" ? waiting : 0,
    holders: Array.isArray(holders) ? holders.filter((one) => typeof one === "string") : asked,
  };
}

/** One question and its answer; undefined: none came in time. */
async function ask(
  entry: IndexEntry,
  reach: Reach,
  question: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>> | "over" | undefined> {
  const answered = Promise.withResolvers<void>();
  const found: { answer?: Readonly<Record<string, unknown>> } = {};
  const link = await linkTo(entry, reach, (fields) => {
    found.answer = fields;
    answered.resolve();
  });
  const { clock } = reach;
  if (link === undefined) {
    if (await isOver(entry, reach)) return "over";
    throw unreachable(entry);
  }
  link.tell(question);
  const never = new AbortController().signal;
  await within(clock, { ms: RECEIPT_MS, signal: never }, Promise.race([answered.promise, link.closed]));
  link.close();
  return found.answer;
}

/** Connects to a supervisor; one that is starting opens its socket when its sandbox has been tried and its process runs. */
async function linkTo(
  entry: IndexEntry,
  { clock, signal }: Reach,
  onMessage: Parameters<typeof openLink>[1],
): Promise<Link | undefined> {
  const end = clock.monotonic() + UP_MS;
  for (;;) {
    // Looked at first: what has started since has its socket.
    const mayCome = signal !== undefined && isStarting(entry) && clock.monotonic() < end;
    const link = await openLink(entry.socket, onMessage);
    if (link !== undefined || !mayCome) return link;
    if (signal.aborted) throw orchError("interrupted", `nobody waits for the session ${entry.id} to start any more`);
    await clock.sleep(LOOK_MS, signal);
  }
}

function unreachable(entry: IndexEntry): Error {
  if (isStarting(entry)) {
    return orchError("session_failed", "the session is still starting", { hint: "Try again in a moment." });
  }
  return orchError("session_failed", "the session's supervisor does not answer", {
    hint: `Try again; if that does not help: orch task kill ${entry.attempt.id}`,
  });
}

/** Stops a session and resolves when nothing of it is alive; one whose supervisor does not react is ended by force. */
export async function stopSession(entry: IndexEntry, clock: Clock, { mode, why, cause }: StopRequest): Promise<void> {
  const link = await openLink(entry.socket, () => undefined);
  link?.tell({ t: "stop", mode, why, ...(cause === undefined ? {} : { cause }) });
  const ended = await endWithin(entry, clock, mode === "kill" ? FORCED_MS : STOP_MS);
  link?.close();
  if (ended) return;
  const { state } = readRecords(entry.folder);
  if (state !== undefined && isAlive(state)) signal(state.pid, "SIGKILL");
  if (await endWithin(entry, clock, FORCED_MS)) return;
  throw orchError("session_failed", "the session can't be stopped");
}

async function endWithin(entry: IndexEntry, clock: Clock, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const timer = clock.after(ms, () => patience.abort());
  const end = await waitForEnd(entry, clock, patience.signal);
  timer.cancel();
  return end !== undefined;
}

function receiptOf({ t, outcome, why }: Readonly<Record<string, unknown>>): SteerReceipt {
  if (t === "receipt" && outcome === "delivered") return { outcome };
  const reason = typeof why === "string" ? why : "the supervisor's answer can't be understood";
  return { outcome: t === "receipt" && outcome === "refused" ? "refused" : "queued", why: reason };
}
