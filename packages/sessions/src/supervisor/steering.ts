import type { AgentConversation, Clock, SteerMessage, SteerReceipt, Timer } from "@orch/core";

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
  /** Takes over for `ms`, or lets go with 0. @returns how many messages the agent has yet to be shown. */
  hold(by: string, ms: number): number;
  /** Who holds the conversation; undefined: orch may speak. */
  readonly holder: string | undefined;
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
  readonly held: (by: string | undefined) => void;
}

interface Entry {
  readonly id: string;
  /** Let go of as soon as the agent has it: only ids are remembered. */
  message: SteerMessage | undefined;
  readonly bytes: number;
  state: "new" | "waiting" | "handed" | "settled";
  receipt: Promise<SteerReceipt>;
  settle: (receipt: SteerReceipt) => void;
}

/** Steers `conversation`; without one every message is refused. */
export function createSteering(conversation: AgentConversation | undefined, parts: SteeringParts): Steering {
  const known = new Map<string, Entry>();
  const queue: Entry[] = [];
  const sums = { waiting: 0, handed: 0 };
  let hold: { readonly by: string; readonly timer: Timer } | undefined;
  let closed: string | undefined;

  function refusalOf({ text, from }: SteerMessage, bytes: number): string | undefined {
    if (conversation === undefined) return "this session takes no messages";
    if (closed !== undefined) return closed;
    if (text.trim() === "") return "the message is empty";
    if (bytes > MAX_TEXT_BYTES) return "the message is longer than 256 KiB";
    if (from === ORCH && hold !== undefined) return `${hold.by} has taken over`;
    if (sums.waiting + bytes > MAX_WAITING_BYTES) return "too many messages wait for this agent; try again later";
    return undefined;
  }

  function open(message: SteerMessage, bytes: number): Entry {
    const seen = Promise.withResolvers<SteerReceipt>();
    const why = "the agent has not shown it yet";
    const timer = parts.clock.after(parts.confirmMs, () => seen.resolve({ outcome: "queued", why }));
    const entry: Entry = {
      id: message.id,
      message,
      bytes,
      state: "new",
      receipt: seen.promise,
      settle: () => undefined,
    };
    entry.settle = (receipt) => {
      timer.cancel();
      entry.state = "settled";
      entry.message = undefined;
      seen.resolve(receipt);
      entry.receipt = Promise.resolve(receipt);
    };
    known.set(message.id, entry);
    for (const [id, { state }] of known) {
      if (known.size <= MAX_REMEMBERED || state !== "settled") break;
      known.delete(id);
    }
    return entry;
  }

  function drop(entry: Entry, why: string): void {
    if (entry.state !== "new") parts.undelivered(entry.id, why);
    entry.settle({ outcome: "refused", why });
  }

  /** Hands over what the window lets through. */
  function pump(): void {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      if (sums.handed > 0 && sums.handed + next.bytes > WINDOW_BYTES) return;
      queue.shift();
      sums.waiting -= next.bytes;
      handOver(next);
    }
  }

  function handOver(entry: Entry): void {
    const { message } = entry;
    if (message === undefined) return;
    const { id, text } = message;
    // Before the call: a conversation may show the message at once.
    const before = entry.state;
    entry.state = "handed";
    sums.handed += entry.bytes;
    const answer = conversation?.steer({ id, text }) ?? { accepted: false, why: "nobody listens" };
    if (answer.accepted) {
      if (before === "new") parts.accepted(message);
      entry.message = undefined;
      return;
    }
    sums.handed -= entry.bytes;
    entry.state = before;
    drop(entry, answer.why);
  }

  function letGo(): void {
    hold?.timer.cancel();
    hold = undefined;
    parts.held(undefined);
  }

  return {
    send(message) {
      const before = known.get(message.id);
      if (before !== undefined) return before.receipt;
      const bytes = Buffer.byteLength(message.text);
      const why = refusalOf(message, bytes);
      if (why !== undefined) return Promise.resolve({ outcome: "refused", why });
      const entry = open(message, bytes);
      queue.push(entry);
      sums.waiting += bytes;
      pump();
      if (entry.state === "new") {
        parts.accepted(message);
        entry.state = "waiting";
      }
      return entry.receipt;
    },
    delivered(messageId) {
      const entry = known.get(messageId);
      if (entry?.state !== "handed") return;
      sums.handed -= entry.bytes;
      entry.settle({ outcome: "delivered" });
      pump();
    },
    hold(by, ms) {
      if (ms <= 0) {
        if (hold?.by === by) letGo();
      } else {
        hold?.timer.cancel();
        if (hold?.by !== by) parts.held(by);
        hold = { by, timer: parts.clock.after(ms, letGo) };
      }
      return [...known.values()].filter(({ state }) => state === "waiting" || state === "handed").length;
    },
    get holder() {
      return hold?.by;
    },
    close(why) {
      closed = why;
      hold?.timer.cancel();
      for (const entry of known.values()) {
        if (entry.state === "waiting" || entry.state === "handed") drop(entry, why);
      }
    },
  };
}
