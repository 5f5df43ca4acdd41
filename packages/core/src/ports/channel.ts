import type { TaskRef } from "../ids.ts";

/** A place in a channel where a conversation goes on: a chat, a topic, a thread. */
export interface Conversation {
  readonly channel: string;
  readonly id: string;
  /** The task that the conversation is bound to, when it is. */
  readonly task?: TaskRef;
}

/** Something a person wrote. */
export interface IncomingMessage {
  /** Unique in its channel; a second delivery is dropped. */
  readonly id: string;
  readonly conversation: Conversation;
  /** The person's id in the channel, numeric where the channel has one; names are never trusted. */
  readonly author: string;
  readonly text: string;
  readonly at: number;
}

/**
 * Where people are. Contract: a message is delivered to `onMessage` at least once; `post` with a key that was posted
 * before changes that message instead of writing another; a slow channel drops intermediate edits, never the last;
 * nothing that a channel does can hold up the engine.
 */
export interface Channel extends AsyncDisposable {
  readonly name: string;
  start(onMessage: (message: IncomingMessage) => Promise<void>): Promise<void>;
  post(message: { readonly conversation: Conversation; readonly key: string; readonly text: string }): Promise<void>;
}
