import type { Channel, Conversation, IncomingMessage } from "@orch/core";

/** A channel that lives in memory, and what a person sees and does in it. */
export interface MemoryChannel extends Channel {
  /** A person writes; resolves when it was delivered. Unheard while nobody listens. */
  say(message: IncomingMessage): Promise<void>;
  /** The messages that stand in a conversation, oldest first. */
  shown(conversation: Conversation): readonly string[];
}

/** Makes an empty channel. A message that its listener fails on is delivered once more, as a real channel would. */
export function createMemoryChannel(name: string = "memory"): MemoryChannel {
  const conversations = new Map<string, Map<string, string>>();
  let listener: ((message: IncomingMessage) => Promise<void>) | undefined;

  return {
    name,
    async start(onMessage) {
      listener = onMessage;
    },
    async post({ conversation, key, text }) {
      const messages = conversations.get(conversation.id) ?? new Map<string, string>();
      conversations.set(conversation.id, messages.set(key, text));
    },
    async say(message) {
      const deliver = async (): Promise<void> => listener?.(message);
      await deliver()
        .catch(deliver)
        .catch(() => undefined);
    },
    shown: ({ id }) => [...(conversations.get(id)?.values() ?? [])],
    async [Symbol.asyncDispose]() {
      listener = undefined;
    },
  };
}
