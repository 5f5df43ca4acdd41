import type { Logger, QueueName } from "@orch/core";

/** What a listener may be woken for. */
export type WakeReason = QueueName | "events";

/** The listeners of one store. */
export interface Wakes {
  add(listener: (what: WakeReason) => void): () => void;
  /** Calls every listener once per reason; a listener that throws is logged and harms nobody. */
  fire(reasons: ReadonlySet<WakeReason>): void;
}

/** Makes an empty set of listeners. */
export function createWakes(logger: Logger): Wakes {
  const listeners = new Set<{ readonly call: (what: WakeReason) => void }>();
  return {
    add(listener) {
      // An entry of its own, so that the same function added twice is removed once each.
      const entry = { call: listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    fire(reasons) {
      for (const reason of reasons) {
        for (const { call } of listeners) {
          try {
            call(reason);
          } catch (cause) {
            logger.error({ cause, reason }, "a wake listener of the store threw");
          }
        }
      }
    },
  };
}
