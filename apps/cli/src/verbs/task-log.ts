import type { AttemptView, CommandResults } from "@orch/api";
import type { SessionEvent } from "@orch/core";

import { placeOf, type Context, type LocalVerb } from "../context.ts";
import { followSession } from "../follow-session.ts";
import { renderSessionEvent } from "../render/transcript.ts";
import { renderVerdict } from "../render/verdict.ts";
import { needRepository, reviveDaemon } from "./call-daemon.ts";

const LOOK_MS = 200;
const PATIENCE_MS = 30_000;

/** Shows what an attempt said, its receipts and its verdict; follows one that still runs when asked to. */
export const taskLog: LocalVerb<"task log"> = async (context, { task, attempt, follow }) => {
  await needRepository(context, task);
  await reviveDaemon(context);
  const which = { task, ...(attempt === undefined ? {} : { attempt }), ...placeOf(context) };
  const data = await context.client.call("task log", which);
  if (follow !== true || data.attempt.endedAt !== undefined) return show(context, data);
  const judged = await followed(context, data);
  if (context.global.json) return { data: await context.client.call("task log", which) };
  context.host.out.write(verdictOf(judged, context));
  return { exitCode: 0 };
};

function show(
  context: Context,
  data: CommandResults["task log"],
): { readonly data: unknown } | { readonly exitCode: 0 } {
  const { global, host, style } = context;
  if (global.json) return { data };
  const { attempt, events, truncated } = data;
  host.out.write(`${style.bold(`Attempt ${attempt.attempt}`)} by ${attempt.agent}, ${attempt.phase}\n`);
  if (truncated) host.out.write(style.dim("(it said more before; all of it is in the attempt's folder)\n"));
  if (events.length === 0) host.out.write(style.dim("What it said is not kept (retention.attempts_days).\n"));
  for (const event of events) {
    // The daemon's own events; the contract number vouches for their shape.
    const text = renderSessionEvent(event as SessionEvent, style);
    if (text !== undefined && text !== "") host.out.write(`${text}\n`);
  }
  host.out.write(verdictOf(attempt, context));
  return { exitCode: 0 };
}

/** Shows a running attempt until it has been judged, or until Ctrl-C. */
async function followed(context: Context, { task, attempt }: CommandResults["task log"]): Promise<AttemptView> {
  const { client, global, host } = context;
  const ending = new AbortController();
  const restore = host.onSignal("SIGINT", () => ending.abort());
  const { signal } = ending;
  try {
    const look = async (): Promise<AttemptView> =>
      (await client.call("task log", { task: task.key, attempt: attempt.attempt })).attempt;
    let now = attempt;
    let isShown = false;
    while (now.endedAt === undefined && !signal.aborted) {
      if (now.session !== undefined && !isShown && !global.json) {
        isShown = true;
        await followSession(context, { session: now.session, signal, patienceMs: PATIENCE_MS });
      }
      await host.clock.sleep(LOOK_MS, signal);
      now = await look();
    }
    return now;
  } finally {
    restore();
  }
}

function verdictOf(attempt: AttemptView, { style }: Context): string {
  return attempt.verdict === undefined ? "" : `${renderVerdict(attempt, style)}\n`;
}
