import type { Context, Done } from "../context.ts";
import { withProgress } from "../progress.ts";
import { stopDaemon } from "../stop-daemon.ts";

/** Ends the daemon; done when its process is gone. */
export async function stop(context: Context): Promise<Done> {
  await withProgress(context, "Stopping", () => stopDaemon(context));
  return { data: { stopping: true }, exitCode: 0 };
}
