import { AsyncLocalStorage } from "node:async_hooks";

import { onTestFinished, type TestContext } from "vitest";

type Register = TestContext["onTestFinished"];

const running = new AsyncLocalStorage<Register>();

/** Calls `end` when the running test has finished; inside `atOnce` too. */
export const afterTest: Register = (end, timeoutMs) => (running.getStore() ?? onTestFinished)(end, timeoutMs);

/**
 * Runs the body of a test that runs at the same time as others of its file. Vitest alone can't tell there which of them
 * a call comes from, and would clean up after the wrong one.
 */
export function atOnce({ onTestFinished: register }: TestContext, body: () => Promise<void>): Promise<void> {
  return running.run(register, body);
}
