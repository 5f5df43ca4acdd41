import type { SessionEvent, Sessions } from "@orch/core";
import { createEventRedactor, redacted, type SecretRedactor } from "@orch/security";

/**
 * Sessions as people may follow them: every text of an event has gone through the redactor. The redactor sees a session
 * from its first event, also for one who joins later: a secret may have begun before.
 */
export function redactedSessions(sessions: Sessions, redactor: SecretRedactor): Sessions {
  async function* follow(...[id, { after, signal }]: Parameters<Sessions["follow"]>): AsyncIterable<SessionEvent> {
    const events = createEventRedactor(redactor);
    for await (const event of sessions.follow(id, { after: 0, signal })) {
      for (const settled of await events.take(event)) if (settled.seq > after) yield settled;
    }
  }
  return { ...sessions, follow, asks: async (id) => redacted(redactor, await sessions.asks(id)) };
}
