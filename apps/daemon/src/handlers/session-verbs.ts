import type { Place } from "@orch/commands";
import {
  isOrchError,
  orchError,
  taskKey,
  type AnswerReceipt,
  type PermissionRequest,
  type SessionId,
  type SessionPurpose,
  type SessionSummary,
  type Task,
} from "@orch/core";

import { findProject, needTask } from "./place.ts";
import type { ApiServices, Handlers } from "./services.ts";
import { viewAttempt, viewSession, viewTask, viewTranscript } from "./views.ts";

const HOLD_SECONDS = 300;
const PATIENCE_MS = 1_000;
/** Agents at work for a while, which a person may want to know of; checks and questions come and go. */
const SHOWN: ReadonlySet<SessionPurpose> = new Set(["agent", "review"]);

/** Shows live sessions and speaks to them. */
export const sessionHandlers: Handlers<
  "task attach" | "task live" | "task log" | "task send" | "task allow" | "task deny" | "task hold"
> = {
  async "task attach"(services, args) {
    const task = await needTask(services, args.task, args);
    const live = await liveSession(services, task);
    const argv = await services.sessions.attachCommand(live.id);
    return { task: viewTask(task), session: live.id, argv: argv ?? null };
  },
  async "task log"(services, args) {
    const task = await needTask(services, args.task, args);
    const attempts = await services.store.attempts(task);
    const attempt =
      args.attempt === undefined ? attempts.at(-1) : attempts.find(({ attempt: number }) => number === args.attempt);
    if (attempt === undefined) throw noAttempt(task, args.attempt);
    const receipts = await services.store.receipts(attempt);
    return {
      task: viewTask(task),
      attempt: viewAttempt(attempt, receipts),
      ...viewTranscript(await services.transcript(attempt)),
    };
  },
  async "task live"(services, args) {
    const project = await findProject(services, args);
    const sessions = (await services.sessions.list()).filter(
      ({ purpose, attempt }) => SHOWN.has(purpose) && (project === undefined || attempt.project === project.id),
    );
    const asks = await openAsks(services, sessions);
    return { sessions: sessions.map((session) => viewSession(session, asks.get(session.id))) };
  },
  async "task send"(services, args, { actor }) {
    const task = await needTask(services, args.task, args);
    const live = await liveSession(services, task);
    const messageId = args.idempotencyKey ?? services.random.token(8);
    const receipt = await services.sessions.send(live.id, { id: messageId, from: actor, text: args.text });
    return { messageId, ...receipt };
  },
  "task allow": (services, args, { actor }) => answer(services, args, { allow: true, from: actor }),
  "task deny": (services, args, { actor }) => answer(services, args, { allow: false, from: actor }),
  async "task hold"(services, args, { actor: by }) {
    const task = await needTask(services, args.task, args);
    const live = await liveSession(services, task);
    const ms = args.release === true ? 0 : (args.seconds ?? HOLD_SECONDS) * 1000;
    const terminal = args.terminal === undefined ? {} : { terminal: args.terminal };
    const { waiting, holders } = await services.sessions.hold(live.id, { by, ms, ...terminal });
    return { holding: ms > 0, waiting, holders: [...holders] };
  },
};

function noAttempt(task: Task, number: number | undefined): Error {
  const which = number === undefined ? "no attempt yet" : `no attempt ${number}`;
  return orchError("attempt_unknown", `${task.id} has ${which} (it is ${task.status})`, {
    hint: `See: orch task get ${task.id}`,
  });
}

/** What the agent of a task asks, if one is at work. */
export async function asksOf(services: ApiServices, task: Task): Promise<readonly PermissionRequest[]> {
  const live = newestOf(await services.sessions.list(), task);
  return live === undefined ? [] : asksIn(services, live.id);
}

/**
 * What agents ask at this moment, by session; those that ask nothing are left out. A session that does not say within a
 * second counts as one of them: no list waits for it.
 */
export async function openAsks(
  services: ApiServices,
  sessions: readonly SessionSummary[],
): Promise<ReadonlyMap<SessionId, readonly PermissionRequest[]>> {
  const over = new AbortController();
  const late = services.clock.sleep(PATIENCE_MS, over.signal).then(
    () => [],
    () => [],
  );
  const found = await Promise.all(
    sessions.map(async ({ id }) => [id, await Promise.race([asksIn(services, id), late])] as const),
  );
  over.abort();
  return new Map(found.filter(([, asks]) => asks.length > 0));
}

async function asksIn({ sessions }: ApiServices, id: SessionId): Promise<readonly PermissionRequest[]> {
  try {
    return await sessions.asks(id);
  } catch (error) {
    // A supervisor that is just starting or ending has no socket: the task can be shown all the same.
    if (isOrchError(error, "session_failed") || isOrchError(error, "session_unknown")) return [];
    throw error;
  }
}

async function answer(
  services: ApiServices,
  args: Place & { readonly task: string; readonly request: string; readonly why?: string | undefined },
  how: { readonly allow: boolean; readonly from: string },
): Promise<AnswerReceipt> {
  const task = await needTask(services, args.task, args);
  const live = await liveSession(services, task);
  const why = args.why ?? (how.allow ? "Allowed." : "Denied.");
  return services.sessions.answer(live.id, { request: args.request, why, ...how });
}

async function liveSession(services: ApiServices, task: Task): Promise<SessionSummary> {
  const newest = newestOf(await services.sessions.list(), task);
  if (newest !== undefined) return newest;
  throw orchError("session_unknown", `no agent is working on ${task.id} (it is ${task.status})`, {
    hint: `See: orch task live, or: orch task get ${task.id}`,
  });
}

function newestOf(sessions: readonly SessionSummary[], task: Task): SessionSummary | undefined {
  const key = taskKey(task);
  const own = sessions.filter(({ attempt, purpose }) => purpose === "agent" && taskKey(attempt) === key);
  return own.toSorted((left, right) => right.attempt.attempt - left.attempt.attempt)[0];
}
