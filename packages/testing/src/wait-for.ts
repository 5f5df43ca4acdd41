import { setTimeout as pause } from "node:timers/promises";

const FIRST_PAUSE_MS = 10;
/** Who asks too often slows down what it waits for. */
const LONGEST_PAUSE_MS = 150;

/**
 * Resolves with the first value of `probe` that is neither undefined nor false.
 * @throws AssertionError-like Error after `timeoutMs` (30 s), naming `what`.
 */
export async function waitFor<Value>(
  what: string,
  probe: () => Value | undefined | false | Promise<Value | undefined | false>,
  timeoutMs = 30_000,
): Promise<Value> {
  const end = performance.now() + timeoutMs;
  let wait = FIRST_PAUSE_MS;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(wait);
    wait = Math.min(wait * 1.2, LONGEST_PAUSE_MS);
  }
}
