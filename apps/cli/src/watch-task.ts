import type { CommandResults } from "@orch/api";
import { isOrchError } from "@orch/core";

import type { Context } from "./context.ts";
import { ensureDaemon } from "./daemon-process.ts";
import { followSession } from "./follow-session.ts";
import { oneLine } from "./render/style.ts";

type Whole = CommandResults["task get"];

const LOOK_MS = 250;
const LAST_LINES_MS = 3000;
const PATIENCE_MS = 60_000;
const ENDED: ReadonlySet<Whole["task"]["status"]> = new Set(["in_review", "done", "needs_review", "cancelled"]);

/**
 * Shows a task being done, attempt by attempt, until nothing more happens by itself or the signal aborts; gives it as it
 * is then. Under `--json` nothing is shown. A daemon that goes away is replaced: the work is not lost with it.
 */
export async function watchTask(context: Context, key: string, signal: AbortSignal): Promise<Whole> {
  const { host, global } = context;
  const followed = new Map<number, Promise<void>>();
  const over = new AbortController();
  const bell = listen(context, AbortSignal.any([signal, over.signal]));
  let shown = "";
  for (;;) {
    const whole = await lookAt(context, key);
    const line = progressLine(whole);
    if (line !== shown && !global.json) host.out.write(`${context.style.dim(line)}\n`);
    shown = line;
    const attempt = whole.attempts.at(-1);
    if (attempt?.session !== undefined && !followed.has(attempt.attempt) && !global.json) {
      const request = {
        session: attempt.session,
        signal: AbortSignal.any([signal, over.signal]),
        patienceMs: LAST_LINES_MS,
      };
      followed.set(
        attempt.attempt,
        followSession(context, request).catch(() => undefined),
      );
    }
    if (ENDED.has(whole.task.status) || signal.aborted) {
      // The last lines of a transcript may still be on their way.
      const written = Promise.all(followed.values()).then(() => over.abort());
      await Promise.race([written, host.clock.sleep(LAST_LINES_MS, over.signal)]);
      over.abort();
      return whole;
    }
    await host.clock.sleep(LOOK_MS, AbortSignal.any([signal, bell.next()]));
  }
}

/**
 * Rings when something happened to any task. The open stream also shows the daemon that somebody waits, so that an
 * ephemeral one does not end while its task waits for the next attempt.
 */
function listen({ client }: Context, signal: AbortSignal): { next(): AbortSignal } {
  let bell = new AbortController();
  const hear = async (): Promise<void> => {
    const { lastEvent } = await client.health();
    for await (const _ of client.events({ after: lastEvent, signal, patienceMs: PATIENCE_MS })) bell.abort();
  };
  // Without the bell the task is still looked at regularly.
  void hear().catch(() => undefined);
  return {
    next() {
      bell = new AbortController();
      return bell.signal;
    },
  };
}

async function lookAt(context: Context, key: string): Promise<Whole> {
  try {
    return await context.client.call("task get", { task: key });
  } catch (error) {
    if (!isOrchError(error, "daemon_absent")) throw error;
    await ensureDaemon(context);
    return context.client.call("task get", { task: key });
  }
}

function progressLine({ task, attempts }: Whole): string {
  const attempt = attempts.at(-1);
  if (task.status === "in_progress" && attempt !== undefined) {
    return `${task.id}: attempt ${attempt.attempt} by ${attempt.agent}, ${attempt.phase}`;
  }
  if (task.status === "blocked") return `${task.id}: waits for ${task.waitingFor?.join(", ") ?? "others"}`;
  const verdict = attempt?.verdict;
  const reason = verdict?.reason === undefined ? "" : `: ${verdict.reason}, ${oneLine(verdict.detail ?? "")}`;
  if (task.status === "routed") return `${task.id}: ${task.agent ?? "an agent"} comes next${reason}`;
  return `${task.id}: ${task.status}${reason}`;
}
