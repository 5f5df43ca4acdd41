import type { AgentConversation, Clock, SteerMessage, SteerReceipt } from "@orch/core";

import { createHold, type Hold, type HoldChange, type Holder } from "./hold.ts";

const MAX_TEXT_BYTES = 256 * 1024;
/** What may wait in all; more is refused, so that the sender knows and memory stays bounded. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** What the agent is given before it has shown it; the rest waits here. */
const WINDOW_BYTES = 1024 * 1024;
const MAX_REMEMBERED = 20_000;
/** How orch itself signs. */
export const ORCH = "orch";

/** Messages on their way to the agent, first come first served. */
export interface Steering {
  /** Hands a message over once per id; the same id again is answered with what became of the first. */
  send(message: SteerMessage): Promise<SteerReceipt>;
  /** The agent's own stream has shown this message. */
  delivered(messageId: string): void;
  /** The agent refused this message after it was handed over. */
  refused(messageId: string, why: string): void;
  /** Takes over for `ms`, or lets go with 0. @returns how many messages the agent has yet to be shown. */
  hold(holder: Holder, ms: number): number;
  /** Who holds the conversation; nobody: orch may speak. */
  readonly holders: readonly string[];
  /** Takes and hands over nothing any more; what the agent has already may still be shown. */
  stop(why: string): void;
  /** Nothing will be shown any more. */
  close(why: string): void;
}

/** What steering works with. */
export interface SteeringParts {
  readonly clock: Clock;
  /** How long the agent's stream may take to show a message. */
  readonly confirmMs: number;
  /** Told of each message that was taken. */
  readonly accepted: (message: SteerMessage) => void;
  /** Told of each message that was taken and never shown. */
  readonly undelivered: (messageId: string, why: string) => void;
  /** Told of each change of who holds the conversation. */
  readonly held: (change: HoldChange) => void;
}

interface Entry {
  readonly id: string;
  /** Let go of as soon as the agent has it: only ids are remembered. */
  message: SteerMessage | undefined;
  readonly bytes: number;
  state: "new" | "waiting" | "handed" | "settled";
  receipt: Promise<SteerReceipt>;
  readonly settle: (receipt: SteerReceipt) => void;
}

/** All that steering knows at a moment. */
interface Desk {
  readonly conversation: AgentConversation | undefined;
  readonly parts: SteeringParts;
  readonly hold: Hold;
  readonly known: Map<string, Entry>;
  /** What waits for room in the window. */
  readonly queue: Entry[];
  readonly bytes: { waiting: number; handed: number };
  /** Why nothing is taken any more. */
  closed: string | undefined;
}

/** Steers `conversation`; without one every message is refused. */
export function createSteering(conversation: AgentConversation | undefined, parts: SteeringParts): Steering {
  const hold = createHold(parts.clock, parts.held);
  const bytes = { waiting: 0, handed: 0 };
  const desk: Desk = { conversation, parts, hold, known: new Map(), queue: [], bytes, closed: undefined };
  return {
    send: (message) => desk.known.get(message.id)?.receipt ?? take(desk, message),
    delivered(messageId) {
      const entry = desk.known.get(messageId);
      if (entry?.state !== "handed") return;
      desk.bytes.handed -= entry.bytes;
      entry.settle({ outcome: "delivered" });
      pump(desk);
    },
    refused(messageId, why) {
      const entry = desk.known.get(messageId);
      if (entry?.state !== "handed") return;
      desk.bytes.handed -= entry.bytes;
      drop(desk, entry, why);
      pump(desk);
    },
    hold(holder, ms) {
      hold.set(holder, ms);
      return openOf(desk).length;
    },
    get holders() {
      return hold.holders;
    },
    stop(why) {
      desk.closed = why;
      for (const entry of desk.queue.splice(0)) drop(desk, entry, why);
      bytes.waiting = 0;
    },
    close(why) {
      desk.closed = why;
      hold.close();
      for (const entry of openOf(desk)) drop(desk, entry, why);
    },
  };
}

function openOf({ known }: Desk): readonly Entry[] {
  return [...known.values()].filter(({ state }) => state === "waiting" || state === "handed");
}

function take(desk: Desk, given: SteerMessage): Promise<SteerReceipt> {
  // Half a sign can't be written in UTF-8: agents that check would drop the line that holds it.
  const message = { ...given, text: given.text.toWellFormed() };
  const bytes = Buffer.byteLength(message.text);
  const why = refusalOf(desk, message, bytes);
  if (why !== undefined) return Promise.resolve({ outcome: "refused", why });
  const entry = remember(desk, message, bytes);
  desk.queue.push(entry);
  desk.bytes.waiting += bytes;
  pump(desk);
  if (entry.state === "new") {
    desk.parts.accepted(message);
    entry.state = "waiting";
  }
  return entry.receipt;
}

function refusalOf(
  { conversation, closed, hold, bytes: sums }: Desk,
  { text, from }: SteerMessage,
  bytes: number,
): string | undefined {
  if (conversation === undefined) return "this session takes no messages";
  if (closed !== undefined) return closed;
  if (text.trim() === "") return "the message is empty";
  if (bytes > MAX_TEXT_BYTES) return "the message is longer than 256 KiB";
  const { holders } = hold;
  if (from === ORCH && holders.length > 0) return `taken over by ${holders.join(", ")}`;
  if (sums.waiting + bytes > MAX_WAITING_BYTES) return "too many messages wait for this agent; try again later";
  return undefined;
}

function remember({ parts, known }: Desk, message: SteerMessage, bytes: number): Entry {
  const seen = Promise.withResolvers<SteerReceipt>();
  const why = "the agent has not shown it yet";
  const timer = parts.clock.after(parts.confirmMs, () => seen.resolve({ outcome: "queued", why }));
  const entry: Entry = {
    id: message.id,
    message,
    bytes,
    state: "new",
    receipt: seen.promise,
    settle(receipt) {
      timer.cancel();
      entry.state = "settled";
      entry.message = undefined;
      seen.resolve(receipt);
      entry.receipt = Promise.resolve(receipt);
    },
  };
  known.set(message.id, entry);
  for (const [id, { state }] of known) {
    if (known.size <= MAX_REMEMBERED || state !== "settled") break;
    known.delete(id);
  }
  return entry;
}

/** Hands over what the window lets through. */
function pump(desk: Desk): void {
  const { queue, bytes } = desk;
  for (let next = queue[0]; next !== undefined; next = queue[0]) {
    if (bytes.handed > 0 && bytes.handed + next.bytes > WINDOW_BYTES) return;
    queue.shift();
    bytes.waiting -= next.bytes;
    handOver(desk, next);
  }
}

function handOver(desk: Desk, entry: Entry): void {
  const { conversation, parts, bytes } = desk;
  const { message, state: before } = entry;
  if (message === undefined) return;
  // Before the call: a conversation may show the message at once.
  entry.state = "handed";
  bytes.handed += entry.bytes;
  const { id, text } = message;
  const answer = conversation?.steer({ id, text }) ?? { accepted: false, why: "nobody listens" };
  if (answer.accepted) {
    if (before === "new") parts.accepted(message);
    entry.message = undefined;
    return;
  }
  bytes.handed -= entry.bytes;
  entry.state = before;
  drop(desk, entry, answer.why);
}

function drop({ parts }: Desk, entry: Entry, why: string): void {
  if (entry.state !== "new") parts.undelivered(entry.id, why);
  entry.settle({ outcome: "refused", why });
}
