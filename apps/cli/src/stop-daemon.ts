import { orchError } from "@orch/core";

import type { Context } from "./context.ts";

const LOOK_MS = 50;
const PATIENCE_MS = 30_000;

/**
 * Asks the daemon to end, and waits until its process has: whoever starts the next one right after it finds the home
 * free. Sessions go on. Throws `daemon_absent`; `timeout` when it has not ended after 30 s.
 */
export async function stopDaemon({ client, host }: Context): Promise<void> {
  const { pid } = await client.health();
  await client.call("stop", {});
  const end = host.clock.monotonic() + PATIENCE_MS;
  while (isRunning(pid)) {
    if (host.clock.monotonic() > end) {
      throw orchError("timeout", `the daemon (process ${pid}) has not ended yet`, { hint: "See: orch log" });
    }
    await host.clock.sleep(LOOK_MS);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
