/** A message of a person for the running agent. */
export interface PersonMessage {
  readonly id: string;
  readonly text: string;
}

/**
 * The messages of one conversation and how far each has come: `waiting` (not handed over, or handed over in vain),
 * `sent` (handed over), `shown` (codex's stream showed it: delivered). Each becomes `shown` at most once.
 */
export interface MessageBook {
  has(id: string): boolean;
  add(message: PersonMessage): void;
  /** Those that wait, oldest first. */
  waiting(): readonly PersonMessage[];
  markSent(id: string): void;
  /** What was sent but never shown waits again; for turns that ended first, and for refusals. */
  putBack(id?: string): void;
  /** Finds the sent message that a user item shows, by its id, else by its text, and marks it; undefined: none. */
  show(item: { readonly clientId?: string; readonly text: string }): string | undefined;
}

type State = "waiting" | "sent" | "shown";

/** An empty book. */
export function createMessageBook(): MessageBook {
  const book = new Map<string, { readonly message: PersonMessage; state: State }>();
  const inState = (state: State): readonly PersonMessage[] =>
    [...book.values()].filter((entry) => entry.state === state).map((entry) => entry.message);
  const move = (id: string, from: State, to: State): void => {
    const entry = book.get(id);
    if (entry?.state === from) entry.state = to;
  };
  return {
    has: (id) => book.has(id),
    add: (message) => void book.set(message.id, { message, state: "waiting" }),
    waiting: () => inState("waiting"),
    markSent: (id) => move(id, "waiting", "sent"),
    putBack: (id) => {
      const ids = id === undefined ? inState("sent").map((message) => message.id) : [id];
      for (const sent of ids) move(sent, "sent", "waiting");
    },
    show: ({ clientId, text }) => {
      const sent = inState("sent");
      const found = sent.find((message) => message.id === clientId) ?? sent.find((message) => message.text === text);
      if (found !== undefined) move(found.id, "sent", "shown");
      return found?.id;
    },
  };
}
