import type { SupervisedSessions } from "@orch/sessions";

/** Says that there is more to hide: live sessions are told soon, once for everything that comes meanwhile. */
export function teachSessions(sessions: Pick<SupervisedSessions, "teach">): () => void {
  let state: "idle" | "telling" | "stale" = "idle";
  async function tell(): Promise<void> {
    do {
      state = "telling";
      await sessions.teach();
    } while (isStale());
    state = "idle";
  }
  const isStale = (): boolean => state === "stale";
  return () => {
    if (state === "idle") void tell();
    else state = "stale";
  };
}
