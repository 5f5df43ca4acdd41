import { isOrchError, type SessionEvent } from "@orch/core";

import type { Context } from "./context.ts";
import { prefixLines, type Margin } from "./render/prefix.ts";
import { renderAsk } from "./render/task.ts";
import { renderSessionEvent } from "./render/transcript.ts";

/** What to follow, and how it is shown. */
export interface FollowRequest {
  readonly session: string;
  readonly signal: AbortSignal;
  /** Stands before every line, where several sessions share a terminal. */
  readonly margin?: Margin;
  /** What happened before this time (epoch milliseconds) is left out. */
  readonly since?: number;
  /** How long to wait for a session that is not there yet, in milliseconds. */
  readonly patienceMs?: number;
}

const LOOK_MS = 200;

/**
 * Shows a session's transcript on standard output until it ends or the signal aborts. A session that does not exist
 * (yet, or any more) shows nothing.
 */
export async function followSession(context: Context, request: FollowRequest): Promise<void> {
  const { host } = context;
  const end = host.clock.monotonic() + (request.patienceMs ?? 0);
  for (;;) {
    try {
      return await showSession(context, request);
    } catch (error) {
      if (!isOrchError(error, "session_unknown")) throw error;
      if (request.signal.aborted || host.clock.monotonic() >= end) return;
      await host.clock.sleep(LOOK_MS, request.signal);
    }
  }
}

async function showSession(context: Context, request: FollowRequest): Promise<void> {
  const { host, client } = context;
  const { session, signal, margin = { prefix: "" }, since = 0 } = request;
  for await (const event of client.sessionEvents(session, { after: 0, signal, patienceMs: 10_000 })) {
    if (event.at < since) continue;
    const text = (await openAsk(context, { session, event })) ?? renderSessionEvent(event, context.style);
    if (text !== undefined && text !== "") host.out.write(`${prefixLines(text, margin)}\n`);
  }
}

/** A question that still waits for a person, with its deadline and how to answer it. */
async function openAsk(
  { client, style }: Context,
  { session, event }: { readonly session: string; readonly event: SessionEvent },
): Promise<string | undefined> {
  if (event.kind !== "agent" || event.event.type !== "permission:requested") return undefined;
  const { id } = event.event;
  try {
    const { sessions } = await client.call("task live", {});
    const task = sessions.find((live) => live.id === session)?.task;
    if (task === undefined) return undefined;
    const { asks } = await client.call("task get", { task });
    const ask = asks.find((open) => open.id === id);
    return ask === undefined ? undefined : renderAsk(task, ask, style);
  } catch (error) {
    // The question itself is shown all the same.
    if (isOrchError(error)) return undefined;
    throw error;
  }
}
