import type { Dims, Limits } from "@orch/core";

/** The free room under the limits, while one claim fills it. */
export interface Slots {
  /** True when one more job with these dimensions is within every limit. */
  fits(dims: Dims): boolean;
  /** Counts a job as running. */
  take(dims: Dims): void;
}

/** Counts what runs already; pure, so that every implementation of the port can share it. */
export function createSlots(running: readonly Dims[], limits: Limits): Slots {
  const counts = new Map<string, number>();
  const slots: Slots = {
    fits: (dims) =>
      Object.entries(dims).every(([name, value]) => (counts.get(slotOf(name, value)) ?? 0) < limits(name, value)),
    take(dims) {
      for (const [name, value] of Object.entries(dims)) {
        const slot = slotOf(name, value);
        counts.set(slot, (counts.get(slot) ?? 0) + 1);
      }
    },
  };
  for (const dims of running) slots.take(dims);
  return slots;
}

function slotOf(name: string, value: string): string {
  return JSON.stringify([name, value]);
}
