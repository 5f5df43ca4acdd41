import type { AgentConversation, Clock, SteerMessage, SteerReceipt } from "@orch/core";

const MAX_TEXT_BYTES = 64 * 1024;
const MAX_REMEMBERED = 1000;

/** Messages on their way to the agent. */
export interface Steering {
  /** Hands a message over once per id; the same id again is answered with what became of the first. */
  send(message: SteerMessage): Promise<SteerReceipt>;
  /** The agent's own stream has shown this message. */
  delivered(messageId: string): void;
}

interface Handed {
  receipt: Promise<SteerReceipt>;
  confirm: () => void;
}

/** What steering works with. */
export interface SteeringParts {
  readonly clock: Clock;
  /** How long the agent's stream may take to show a message. */
  readonly confirmMs: number;
  /** Told of each message that was taken. */
  readonly accepted: (message: SteerMessage) => void;
}

/** Steers `conversation`; without one every message is refused. */
export function createSteering(conversation: AgentConversation | undefined, parts: SteeringParts): Steering {
  const { clock, confirmMs, accepted } = parts;
  const handed = new Map<string, Handed>();

  function deliver(message: SteerMessage): Promise<SteerReceipt> {
    if (conversation === undefined) return refuse("this session takes no messages");
    if (Buffer.byteLength(message.text) > MAX_TEXT_BYTES) return refuse("the message is longer than 64 KiB");
    const seen = Promise.withResolvers<SteerReceipt>();
    const entry: Handed = { receipt: seen.promise, confirm: () => undefined };
    entry.confirm = () => {
      seen.resolve({ outcome: "delivered" });
      entry.receipt = Promise.resolve({ outcome: "delivered" });
    };
    remember(message.id, entry);
    const answer = conversation.steer({ id: message.id, text: message.text });
    if (!answer.accepted) {
      seen.resolve({ outcome: "refused", why: answer.why });
      return seen.promise;
    }
    accepted(message);
    const why = "the agent has not shown it yet";
    const timer = clock.after(confirmMs, () => seen.resolve({ outcome: "queued", why }));
    return seen.promise.finally(() => timer.cancel());
  }

  function remember(id: string, entry: Handed): void {
    handed.set(id, entry);
    const oldest = handed.keys().next();
    if (handed.size > MAX_REMEMBERED && oldest.done !== true) handed.delete(oldest.value);
  }

  return {
    send: (message) => handed.get(message.id)?.receipt ?? deliver(message),
    delivered: (messageId) => handed.get(messageId)?.confirm(),
  };
}

function refuse(why: string): Promise<SteerReceipt> {
  return Promise.resolve({ outcome: "refused", why });
}
