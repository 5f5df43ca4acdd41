import { isOrchError, type Attempt, type AttemptRef, type SessionId, type Task, type TaskNote } from "@orch/core";

import type { StepContext } from "./context.ts";
import type { RunnerDeps } from "./deps.ts";
import type { AgentRun } from "./read-run.ts";
import type { Resumption } from "./resume.ts";

/** The notes for an attempt's prompt, and the ids of all that its conversation knows then. */
export interface PromptNotes {
  readonly notes: readonly TaskNote[];
  readonly heard: readonly string[];
}

/** What was said until now; a conversation that goes on is not told again what it was told. */
export async function promptNotes(context: StepContext, resumed: Resumption | undefined): Promise<PromptNotes> {
  const { deps, ref, run } = context;
  const { notes = [] } = (await deps.store.task(ref)) ?? run.task;
  const before = resumed === undefined ? undefined : await deps.store.attempt({ ...ref, attempt: resumed.attempt });
  const known = before?.heard ?? [];
  const fresh = notes.filter(({ id }) => id === undefined || !known.includes(id));
  return { notes: fresh, heard: [...known, ...idsOf(fresh)] };
}

/** Tells the agent of a running attempt what its prompt was without; see `AttemptRunner.tell`. */
export async function tellNotes(deps: RunnerDeps, ref: AttemptRef): Promise<void> {
  const { session, heard = [] } = (await deps.store.attempt(ref)) ?? {};
  if (session === undefined) return;
  const waiting = unheardIn(await deps.store.task(ref), ref).filter(({ id }) => !heard.includes(id));
  const fence = waiting.length === 0 ? undefined : await fenceOf(deps, ref);
  if (fence === undefined) return;
  for (const note of waiting) await tell(deps, { session, note, text: deps.prompts.note(note, fence) });
}

/** What an agent knows by its prompt and by its own stream, which showed these messages; of notes of its task alone. */
export async function heardBy(
  deps: RunnerDeps,
  { attempt, shown }: { readonly attempt: Attempt; readonly shown: ReadonlySet<string> },
): Promise<Pick<Attempt, "heard">> {
  const notes = (await deps.store.task(attempt))?.notes ?? [];
  const heard = new Set([...(attempt.heard ?? []), ...idsOf(notes).filter((id) => shown.has(id))]);
  return heard.size === 0 ? {} : { heard: [...heard] };
}

/** What people told the agent of an attempt in its session; what is a note of the task is told by prompts already. */
export async function toldBesides(
  deps: RunnerDeps,
  attempt: Attempt,
  said: AgentRun["said"],
): Promise<Pick<Attempt, "said">> {
  const notes = idsOf((await deps.store.task(attempt))?.notes ?? []);
  const besides = said.filter(({ id }) => !notes.includes(id)).map(({ from, text }) => ({ from, text }));
  return besides.length === 0 ? {} : { said: besides };
}

function idsOf(notes: readonly TaskNote[]): readonly string[] {
  return notes.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

type NamedNote = TaskNote & { readonly id: string };

/** What was said since the attempt began, oldest first. */
function unheardIn(task: Task | undefined, { attempt }: AttemptRef): readonly NamedNote[] {
  if (task?.status !== "in_progress" || task.attempt !== attempt) return [];
  const { notes = [], unheard = [] } = task;
  return notes.filter(
    (note): note is NamedNote => note.id !== undefined && unheard !== true && unheard.includes(note.id),
  );
}

/** The fence that the attempt's system prompt speaks of. */
async function fenceOf(deps: RunnerDeps, ref: AttemptRef): Promise<string | undefined> {
  const output = (await deps.store.steps(ref)).find(({ step }) => step === "prompt")?.output;
  const fence = typeof output === "object" && output !== null && "fence" in output ? output["fence"] : undefined;
  return typeof fence === "string" ? fence : undefined;
}

async function tell(
  deps: RunnerDeps,
  { session, note, text }: { readonly session: SessionId; readonly note: NamedNote; readonly text: string },
): Promise<void> {
  const { id, from } = note;
  try {
    const { outcome } = await deps.sessions.send(session, { id, from, text });
    deps.logger.info({ session, message: id, outcome }, "told a running agent what somebody said");
  } catch (error) {
    // It has ended: what it was not told is for the next one.
    if (!isOrchError(error, "session_unknown")) throw error;
  }
}
