/** The benches of this process that are still open. Apart from what they are made of: every test file loads this. */
export const openBenches = new Set<AsyncDisposable>();

/** Closes the benches that are still open: a test that ran out of time has not come to its own end. */
export async function closeBenches(): Promise<void> {
  for (const bench of openBenches) await bench[Symbol.asyncDispose]();
}
