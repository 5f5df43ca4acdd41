import type { Clock } from "@orch/core";

/** Keeps a forge that fails from being asked again and again: after three failures in a row one request a slot. */
export interface BackOff {
  /** Until when (epoch milliseconds) nothing is asked; undefined: this request may go. */
  blockedUntil(): number | undefined;
  /** Takes the slot for a request that is being sent. */
  sent(): void;
  /** An answer came, whatever it said. */
  answered(): void;
  /** None came, or the forge itself failed. */
  failed(): void;
}

const PATIENCE = 3;
const SLOT = { first: 5_000, most: 300_000 };

/** No failure yet. */
export function createBackOff(clock: Clock): BackOff {
  let failures = 0;
  let until = 0;
  const slot = (): number => Math.min(SLOT.first * 2 ** Math.max(failures - PATIENCE, 0), SLOT.most);
  return {
    blockedUntil: () => (failures >= PATIENCE && until > clock.now() ? until : undefined),
    sent() {
      // The one that goes while the forge fails is a trial: the others wait for the next slot.
      if (failures >= PATIENCE) until = clock.now() + slot();
    },
    answered() {
      failures = 0;
    },
    failed() {
      failures += 1;
      until = clock.now() + slot();
    },
  };
}
