import { setTimeout as pause } from "node:timers/promises";

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
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(20);
  }
}
