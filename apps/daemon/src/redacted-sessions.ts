import type { Redactor, SessionEvent, Sessions } from "@orch/core";
import { redacted } from "@orch/security";

/** Sessions as people may follow them: every text of an event has gone through the redactor. */
export function redactedSessions(sessions: Sessions, redactor: Redactor): Sessions {
  async function* follow(...from: Parameters<Sessions["follow"]>): AsyncIterable<SessionEvent> {
    for await (const event of sessions.follow(...from)) yield redacted(redactor, event);
  }
  return { ...sessions, follow, asks: async (id) => redacted(redactor, await sessions.asks(id)) };
}
