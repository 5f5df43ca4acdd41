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

/** When a back-off begins, and how long its slots are. */
export interface Patience {
  /** So many failures in a row are taken before requests wait. */
  readonly failures: number;
  /** The longest slot, in milliseconds. */
  readonly mostMs: number;
}

const PATIENCE: Patience = { failures: 3, mostMs: 300_000 };
const FIRST_SLOT_MS = 5_000;

/** No failure yet. */
export function createBackOff(clock: Clock, patience: Patience = PATIENCE): BackOff {
  let failures = 0;
  let until = 0;
  const slot = (): number => Math.min(FIRST_SLOT_MS * 2 ** Math.max(failures - patience.failures, 0), patience.mostMs);
  return {
    blockedUntil: () => (failures >= patience.failures && until > clock.now() ? until : undefined),
    sent() {
      // The one that goes while the forge fails is a trial: the others wait for the next slot.
      if (failures >= patience.failures) until = clock.now() + slot();
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
