import type { Clock } from "@orch/core";

import type { Daemon } from "./compose.ts";

const LOOK_MS = 1_000;
/** An ephemeral daemon waits this long for the next wish before it ends. */
const IDLE_MS = 10_000;

/**
 * Waits until a daemon has had nothing to do and no listener, and was asked nothing, for ten seconds, or until the signal
 * aborts. Who has just found it alive has that long to say what it came for.
 */
export async function untilIdle(
  daemon: { readonly engine: Daemon["engine"]; readonly api: Pick<Daemon["api"], "requests" | "streams"> },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { engine, api } = daemon;
  let since = clock.monotonic();
  let requests = api.requests();
  while (!signal.aborted && clock.monotonic() - since < IDLE_MS) {
    await clock.sleep(LOOK_MS, signal);
    const resting = await engine.idle();
    if (resting && api.streams === 0 && api.requests() === requests) continue;
    since = clock.monotonic();
    requests = api.requests();
  }
}
