import { isDaemonGone } from "@orch/api";
import { isOrchError, orchError } from "@orch/core";

import type { Context } from "./context.ts";
import { stopDaemon } from "./stop-daemon.ts";

const LOOK_MS = 50;
const PATIENCE_MS = 20_000;
const OPEN = ["new", "routed", "in_progress", "blocked", "in_review"];

/**
 * Ends a daemon that was started for one purpose when nothing runs any more; with `giveUp` what is not done yet is
 * cancelled first, for that reason. Does nothing without a daemon. Throws `timeout`.
 */
export async function endDaemon(context: Context, how: { readonly giveUp?: string } = {}): Promise<void> {
  const { client } = context;
  try {
    await client.health();
    if (how.giveUp !== undefined) await giveUp(context, how.giveUp);
    await until(context, async () => (await client.call("task live", {})).sessions.length === 0);
    await stopDaemon(context);
  } catch (error) {
    if (!isDaemonGone(error)) throw error;
  }
}

async function giveUp({ client }: Context, why: string): Promise<void> {
  const { tasks } = await client.call("task list", { all: true, status: OPEN });
  for (const { key } of tasks) {
    try {
      await client.call("task cancel", { task: key, why });
    } catch (error) {
      // It came to its end by itself in the same moment.
      if (!isOrchError(error, "move_refused")) throw error;
    }
  }
}

async function until({ host }: Context, isSo: () => Promise<boolean>): Promise<void> {
  const { clock } = host;
  const end = clock.monotonic() + PATIENCE_MS;
  while (!(await isSo())) {
    if (clock.monotonic() > end) {
      throw orchError("timeout", "the daemon does not end", {
        hint: `Its home is ${host.home}; see logs there.`,
      });
    }
    await clock.sleep(LOOK_MS);
  }
}
