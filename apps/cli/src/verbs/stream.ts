import type { Context, LocalVerb } from "../context.ts";
import { followSession } from "../follow-session.ts";
import { renderStoredEvent } from "../render/event.ts";

const LOOK_MS = 1000;
const PATIENCE_MS = 3_600_000;

/** Shows what happens to all tasks, and what their agents do, until Ctrl-C. */
export const stream: LocalVerb<"stream"> = async (context, { after }) => {
  const { host, client, global, style } = context;
  const ending = new AbortController();
  const restore = host.onSignal("SIGINT", () => ending.abort());
  const { signal } = ending;
  const begin = after ?? (await client.health()).lastEvent;
  const sessions = global.json ? Promise.resolve() : followAll(context, signal);
  try {
    for await (const event of client.events({ after: begin, signal, patienceMs: PATIENCE_MS })) {
      host.out.write(`${global.json ? JSON.stringify(event) : renderStoredEvent(event, style)}\n`);
    }
  } finally {
    ending.abort();
    await sessions;
    restore();
  }
  return { exitCode: 0 };
};

/** Follows every session that is or becomes live, each once. */
async function followAll(context: Context, signal: AbortSignal): Promise<void> {
  const { client, host, style } = context;
  const since = host.clock.now();
  const followed = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    const live = await client.call("task live", {}).catch(() => ({ sessions: [] }));
    for (const { id, task } of live.sessions) {
      if (followed.has(id)) continue;
      const prefix = style.dim(`${task.slice(task.indexOf("#") + 1)} │ `);
      // A transcript that breaks off must not end the stream of all the others.
      followed.set(
        id,
        followSession(context, { session: id, signal, prefix, since }).catch(() => undefined),
      );
    }
    await host.clock.sleep(LOOK_MS, signal);
  }
  await Promise.all(followed.values());
}
