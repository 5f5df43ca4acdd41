import { orchError, type Clock, type SteerMessage, type SteerReceipt } from "@orch/core";

import type { IndexEntry } from "../files/parse-records.ts";
import { signal } from "../processes/family.ts";
import { isAlive } from "../processes/process-table.ts";
import { waitForEnd, within } from "./follow.ts";
import { openLink } from "./link.ts";
import { probeSession, readRecords } from "./probe.ts";

/** A little longer than a supervisor waits for the agent. */
const RECEIPT_MS = 20_000;
/** How long the gentlest way to stop may take: the supervisor's graces one after the other, and its census. */
const STOP_MS = 40_000;
const FORCED_MS = 10_000;

/** How a session is stopped. */
export interface StopOptions {
  readonly mode: "interrupt" | "terminate" | "kill";
  readonly why: string;
}

/**
 * Hands a message to a session's supervisor and resolves with what became of it.
 * @throws `session_failed` when the supervisor lives and can't be reached.
 */
export async function sendMessage(entry: IndexEntry, clock: Clock, message: SteerMessage): Promise<SteerReceipt> {
  const answered = Promise.withResolvers<void>();
  const found: { receipt?: SteerReceipt } = {};
  const link = await openLink(entry.socket, (fields) => {
    found.receipt = receiptOf(fields);
    answered.resolve();
  });
  if (link === undefined) {
    const { state } = await probeSession(entry, clock);
    if (state === "exited" || state === "lost") return { outcome: "refused", why: "the session has ended" };
    throw orchError("session_failed", "the session's supervisor does not answer");
  }
  const { id, from, text } = message;
  link.tell({ t: "send", id, from, text });
  const never = new AbortController().signal;
  await within(clock, { ms: RECEIPT_MS, signal: never }, Promise.race([answered.promise, link.closed]));
  link.close();
  return found.receipt ?? { outcome: "queued", why: "the session did not say what became of it" };
}

/** Stops a session and resolves when nothing of it is alive; one whose supervisor does not react is ended by force. */
export async function stopSession(entry: IndexEntry, clock: Clock, { mode, why }: StopOptions): Promise<void> {
  const link = await openLink(entry.socket, () => undefined);
  link?.tell({ t: "stop", mode, why });
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
