import {
  asOrchError,
  isOrchError,
  sessionIdOf,
  taskKey,
  type AttemptRef,
  type Clock,
  type Forges,
  type Logger,
  type Projects,
  type SessionEvent,
  type Sessions,
  type Store,
  type Task,
} from "@orch/core";
import { isMirrored, mirroredUpTo, mirrorEvents } from "@orch/engine";

import { lastEvent, storedEvents } from "./http/stored-events.ts";
import type { TranscriptTail } from "./transcripts.ts";

/** What agents' messages are mirrored with. */
export interface KeepMirrorOptions {
  readonly store: Store;
  /** Redacted: what agents say goes to people. */
  readonly sessions: Pick<Sessions, "follow">;
  /** What the session of an attempt did, as far as it is kept, redacted too. */
  readonly transcript: (ref: AttemptRef) => Promise<TranscriptTail>;
  readonly projects: Projects;
  readonly forges: Forges;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is said within this time is one comment. */
const LAG_MS = 10_000;
const RETRY_MS = 60_000;
const START_MS = 2_000;
const LOOK_MS = 60_000;
const MANY = 10_000;

/**
 * Mirrors what agents say as comments, in projects whose `comments.mirror` says so (U31): a moment later, while they work.
 * No attempt waits for it. What the forge does not take now is tried again as long as this daemon runs.
 */
export function keepMirror(options: KeepMirrorOptions): AsyncDisposable {
  const { store, clock, projects } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const following = new Map<string, Promise<void>>();

  function begin(ref: AttemptRef): void {
    const key = `${taskKey(ref)}/${ref.attempt}`;
    if (following.has(key) || projects.get(ref.project)?.forge?.mirror === "none") return;
    following.set(
      key,
      followAttempt(options, { ref, signal })
        .catch((error: unknown) => {
          options.logger.warn({ attempt: key, error: asOrchError(error) }, "an agent's messages can't be mirrored");
        })
        .finally(() => following.delete(key)),
    );
  }
  async function watch(): Promise<void> {
    const after = await lastEvent(store);
    for (const task of await store.tasks({ statuses: ["in_progress"], limit: MANY })) {
      if (task.status === "in_progress") begin({ project: task.project, id: task.id, attempt: task.attempt });
    }
    for await (const { project, id, event } of storedEvents({ store, clock, after, signal, lookEveryMs: LOOK_MS })) {
      if (event.type === "attempt:started") begin({ project, id, attempt: event.attempt });
    }
  }
  const watching = watch().catch((error: unknown) => {
    options.logger.warn({ error: asOrchError(error) }, "agents' messages are not mirrored any more");
  });

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
      await Promise.all(following.values());
    },
  };
}

interface Following {
  readonly ref: AttemptRef;
  readonly signal: AbortSignal;
}

async function followAttempt(options: KeepMirrorOptions, { ref, signal }: Following): Promise<void> {
  const task = await options.store.task(ref);
  if (task === undefined || !isMirrored(options, task)) return;
  const said: SessionEvent[] = [];
  const end = new AbortController();
  const after = await mirroredUpTo(options.store, ref);
  const reading = readSession(options, { ref, signal, said, after }).finally(() => end.abort());
  const writing = write(options, { task, ref, said, ended: end.signal, signal });
  await Promise.all([reading, writing]);
}

interface Reading extends Following {
  readonly said: SessionEvent[];
  /** Events up to this one are done with. */
  readonly after: number;
}

/** Gathers what a session's agent does; waits for its start as long as the attempt goes on. */
async function readSession(options: KeepMirrorOptions, reading: Reading): Promise<void> {
  const { store, clock, transcript } = options;
  const { ref, signal, said, after } = reading;
  while (!signal.aborted) {
    if (await followed(options, reading)) return;
    const task = await store.task(ref);
    if (task?.status !== "in_progress" || task.attempt !== ref.attempt) {
      // Begun and over between two looks.
      said.push(...(await transcript(ref)).events.filter(({ seq }) => seq > after));
      return;
    }
    await clock.sleep(START_MS, signal);
  }
}

/** False: there is no such session, not yet or not any more. */
async function followed({ sessions }: KeepMirrorOptions, { ref, signal, said, after }: Reading): Promise<boolean> {
  try {
    for await (const event of sessions.follow(sessionIdOf(ref, "agent"), { after, signal })) said.push(event);
    return true;
  } catch (error) {
    if (isOrchError(error, "session_unknown")) return false;
    throw error;
  }
}

interface Writing extends Following {
  readonly task: Task;
  readonly said: SessionEvent[];
  /** Aborted when nothing more is said. */
  readonly ended: AbortSignal;
}

async function write(options: KeepMirrorOptions, { task, ref, said, ended, signal }: Writing): Promise<void> {
  const { clock, logger } = options;
  while (!signal.aborted && !(ended.aborted && said.length === 0)) {
    if (!ended.aborted) await clock.sleep(LAG_MS, AbortSignal.any([signal, ended]));
    if (said.length === 0 || signal.aborted) continue;
    try {
      const upTo = await mirrorEvents(options, { task, attempt: ref.attempt, events: said });
      said.splice(0, said.filter(({ seq }) => seq <= upTo).length);
    } catch (error) {
      const typed = asOrchError(error);
      if (!typed.retryable) throw error;
      logger.debug({ task: taskKey(task), error: typed }, "an agent's messages wait for the forge");
      await clock.sleep(RETRY_MS, signal);
    }
  }
}
