import { orchError, sessionIdOf, taskKey, type StoredEvent } from "@orch/core";
import { printableJson } from "@orch/security";

import type { Context, Done, LocalVerb } from "../context.ts";
import { followSession } from "../follow-session.ts";
import { renderStoredEvent } from "../render/event.ts";
import { marginOn } from "../render/prefix.ts";
import { taskLog } from "./task-log.ts";

const LAST_LINES_MS = 3000;
const PATIENCE_MS = 3_600_000;

/** Shows what happens to all tasks, and what their agents do, until Ctrl-C. */
export const stream: LocalVerb<"stream"> = async (context, { task, after }) => {
  if (task !== undefined) return streamOne(context, { task, after });
  const { host, client, global, style } = context;
  const ending = new AbortController();
  const restore = host.onSignal("SIGINT", () => ending.abort());
  const { signal } = ending;
  const begin = after ?? (await client.health()).lastEvent;
  const transcripts = createTranscripts(context, signal);
  try {
    if (!global.json) await transcripts.begin();
    for await (const event of client.events({ after: begin, signal, patienceMs: PATIENCE_MS })) {
      if (!global.json) await transcripts.hear(event);
      host.out.write(`${global.json ? printableJson(JSON.stringify(event)) : renderStoredEvent(event, style)}\n`);
    }
  } finally {
    ending.abort();
    await transcripts.ended();
    restore();
  }
  return { exitCode: 0 };
};

async function streamOne(
  context: Context,
  { task, after }: { readonly task: string; readonly after: number | undefined },
): Promise<Done> {
  if (after === undefined) return taskLog(context, { task, follow: true });
  throw orchError("usage", "--after is about all tasks", { hint: `Leave it out, or see: orch task get ${task}` });
}

/** The transcripts between the events: what happens in a session stands before the event that ends its attempt. */
interface Transcripts {
  /** Follows the sessions that are live, from now on. */
  begin(): Promise<void>;
  /** Follows the session of an attempt that starts; waits, not for long, for the last lines of one that ends. */
  hear(event: StoredEvent): Promise<void>;
  ended(): Promise<unknown>;
}

interface Followed {
  readonly session: string;
  readonly shown: Promise<void>;
  readonly stop: AbortController;
}

function createTranscripts(context: Context, signal: AbortSignal): Transcripts {
  const { client, host, style } = context;
  const since = host.clock.now();
  const followed = new Map<string, Followed>();

  function follow(task: string, session: string): void {
    if (followed.get(task)?.session === session) return;
    const stop = new AbortController();
    const margin = marginOn(host.out, style.dim(`${task.slice(task.indexOf("#") + 1)} │ `));
    const until = AbortSignal.any([signal, stop.signal]);
    const request = { session, signal: until, margin, since, patienceMs: PATIENCE_MS };
    // A transcript that breaks off must not end the stream of all the others.
    const shown = followSession(context, request).catch(() => undefined);
    followed.set(task, { session, shown, stop });
  }

  return {
    async begin() {
      const { sessions } = await client.call("task live", {});
      for (const { id, task } of sessions) follow(task, id);
    },
    async hear({ at, project, id, status, event }) {
      const task = taskKey({ project, id });
      if (event.type === "attempt:started" && at >= since) {
        follow(task, sessionIdOf({ project, id, attempt: event.attempt }, "agent"));
      }
      const current = followed.get(task);
      if (current === undefined || status === "in_progress") return;
      await Promise.race([current.shown, host.clock.sleep(LAST_LINES_MS, signal)]);
      current.stop.abort();
      followed.delete(task);
    },
    ended: () => Promise.all([...followed.values()].map(({ shown }) => shown)),
  };
}
