import { isDaemonGone, type CommandResults } from "@orch/api";

import type { Context } from "./context.ts";
import { ensureDaemon } from "./daemon-process.ts";
import { followSession } from "./follow-session.ts";
import { prefixLines, type Margin } from "./render/prefix.ts";
import { oneLine } from "./render/style.ts";
import { waitText } from "./render/task.ts";
import { renderVerdict } from "./render/verdict.ts";

type Whole = CommandResults["task get"];
type Status = Whole["task"]["status"];

const LOOK_MS = 250;
const LAST_LINES_MS = 3000;
const PATIENCE_MS = 60_000;
const ENDED: ReadonlySet<Status> = new Set(["in_review", "done", "needs_review", "cancelled"]);

/** How a task is watched. */
export interface TaskWatch {
  /** Ends the watch, whatever the task does. */
  readonly signal: AbortSignal;
  /** Stands before every line instead of the task's id, where several tasks share a terminal. */
  readonly margin?: Margin;
  /** Where it ends; without it, as soon as nothing more happens without a person. */
  readonly until?: ReadonlySet<Status>;
  /** It ends as well when so many attempts have come to their end, whatever follows. */
  readonly attempts?: number;
}

/**
 * Shows a task being done, attempt by attempt, until nothing more happens by itself or the signal aborts; gives it as it
 * is then. Under `--json` nothing is shown. A daemon that goes away is replaced: the work is not lost with it.
 */
export async function watchTask(context: Context, key: string, watch: TaskWatch): Promise<Whole> {
  const { until = ENDED, attempts = Number.POSITIVE_INFINITY } = watch;
  const over = new AbortController();
  const signal = AbortSignal.any([watch.signal, over.signal]);
  const bell = listen(context, signal);
  const story = createStory(context, { ...watch, signal });
  for (;;) {
    const whole = await lookAt(context, key);
    await story.tell(whole);
    const isOver = (until.has(whole.task.status) && isAtRest(whole)) || endedIn(whole) >= attempts;
    if (isOver || watch.signal.aborted) {
      await story.lastLines();
      over.abort();
      return whole;
    }
    await context.host.clock.sleep(LOOK_MS, AbortSignal.any([signal, bell.next()]));
  }
}

/** A task that was stopped has its state at once; its agent and what that had been lent are gone a little later. */
function isAtRest({ attempts }: Whole): boolean {
  const last = attempts.at(-1);
  return last === undefined || last.phase === "finished";
}

function endedIn({ attempts }: Whole): number {
  return attempts.filter(({ phase }) => phase === "finished").length;
}

interface Story {
  /** Shows what is new. */
  tell(whole: Whole): Promise<void>;
  /** Waits, not for long, for the lines of a transcript that are still on their way. */
  lastLines(): Promise<void>;
}

function createStory(context: Context, { signal, margin }: TaskWatch): Story {
  const { host, global, style } = context;
  const followed = new Map<number, Promise<void>>();
  const judged = new Set<number>();
  let shown = "";

  function say(text: string): void {
    host.out.write(`${margin === undefined ? text : prefixLines(text, margin)}\n`);
  }

  function follow(session: string): Promise<void> {
    const request = { session, signal, patienceMs: LAST_LINES_MS, ...(margin === undefined ? {} : { margin }) };
    // What can't be shown is in the attempt's folder all the same.
    return followSession(context, request).catch(() => undefined);
  }

  async function written(lines: Promise<unknown>): Promise<void> {
    await Promise.race([lines, host.clock.sleep(LAST_LINES_MS, signal)]);
  }

  return {
    async tell(whole) {
      if (global.json) return;
      for (const attempt of whole.attempts) {
        const lines = followed.get(attempt.attempt);
        if (attempt.verdict === undefined || lines === undefined || judged.has(attempt.attempt)) continue;
        judged.add(attempt.attempt);
        await written(lines);
        say(renderVerdict(attempt, style));
      }
      const line = `${margin === undefined ? `${whole.task.id}: ` : ""}${progressLine(whole)}`;
      if (line !== shown) say(style.dim(line));
      shown = line;
      const attempt = whole.attempts.at(-1);
      if (attempt?.session === undefined || followed.has(attempt.attempt)) return;
      followed.set(attempt.attempt, follow(attempt.session));
    },
    lastLines: () => written(Promise.all(followed.values())),
  };
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
    if (!isDaemonGone(error)) throw error;
    await ensureDaemon(context);
    return context.client.call("task get", { task: key });
  }
}

function progressLine(whole: Whole): string {
  const { task, attempts } = whole;
  const attempt = attempts.at(-1);
  if (ENDED.has(task.status) && !isAtRest(whole)) return "its agent is being stopped";
  if (task.status === "in_progress" && attempt !== undefined) {
    return `attempt ${attempt.attempt} by ${attempt.agent}, ${attempt.phase}`;
  }
  if (task.status === "blocked") return `waits for ${task.waitingFor?.join(", ") ?? "others"}`;
  const verdict = attempt?.verdict;
  const reason = verdict?.reason === undefined ? "" : `: ${verdict.reason}, ${oneLine(verdict.detail ?? "")}`;
  if (task.waiting !== undefined) return `waits for ${waitText(task.waiting)}`;
  if (task.status === "routed") return `${task.agent ?? "an agent"} comes next${reason}`;
  return `${task.status}${reason}`;
}
