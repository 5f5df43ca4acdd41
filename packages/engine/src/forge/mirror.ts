import {
  issueNumberOf,
  taskKey,
  type AttemptRef,
  type Json,
  type SessionEvent,
  type Store,
  type Task,
  type TaskRef,
} from "@orch/core";
import { messageMark, mirrorComment } from "@orch/forge";
import { neutraliseOutput as neutral } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { markerOf, siteOf, type Site } from "./site.ts";

/** What people read at once; a comment takes twice as much. */
const LONGEST = 30_000;

/** What an attempt's session did, oldest first and redacted. */
export interface Mirroring {
  readonly task: Task;
  readonly attempt: number;
  readonly events: readonly SessionEvent[];
}

/** True when an agent's messages become comments below this task's issue. */
export function isMirrored(deps: Pick<EngineDeps, "forges" | "projects">, task: Task): boolean {
  const site = siteOf(deps, task.project);
  return site !== undefined && site.settings.mirror !== "none" && issueNumberOf(task) !== undefined;
}

/** The number of the last event of an attempt that was mirrored; 0: none. */
export async function mirroredUpTo(store: Pick<Store, "cursor">, attempt: AttemptRef): Promise<number> {
  return asKept(await store.cursor(cursorName(attempt, attempt.attempt))).done;
}

/**
 * Writes what an agent said since the last time below the task's issue (`comments.mirror`, seed row B57): messages of
 * the same moment in one comment, each once, whatever happens in between. Gives the number of the last event that is
 * done with; those after it have to be given again. Throws what the forge throws.
 */
export async function mirrorEvents(
  deps: Pick<EngineDeps, "forges" | "projects" | "store">,
  { task, attempt, events }: Mirroring,
): Promise<number> {
  const site = siteOf(deps, task.project);
  const thread = issueNumberOf(task);
  const name = cursorName(task, attempt);
  const { done, until } = asKept(await deps.store.cursor(name));
  const open = events.filter(({ seq }) => seq > done);
  const last = open.at(-1)?.seq ?? done;
  if (site === undefined || thread === undefined) return last;
  // A comment that may be there already is written again with exactly what it said.
  if (until > last) return done;
  const batch = until > done ? open.filter(({ seq }) => seq <= until) : fitting(site, open);
  const upTo = until > done ? until : (batch.at(-1)?.seq ?? last);
  const said = batch.flatMap((event) => wordsOf(site, event) ?? []);
  if (said.length === 0) return upTo;
  await keep(deps.store, name, { done, until: upTo });
  const marker = markerOf(site, messageMark(task, { attempt, sequence: upTo }), thread);
  await site.forge.putComment({ thread, marker, body: said.join("\n\n") });
  await keep(deps.store, name, { done: upTo, until: upTo });
  return upTo;
}

function wordsOf({ settings: { mirror } }: Site, event: SessionEvent): string | undefined {
  return event.kind === "agent" ? mirrorComment(event.event, { mirror, neutral }) : undefined;
}

/** As many events from the first on as fit into a comment; at least one. */
function fitting(site: Site, events: readonly SessionEvent[]): readonly SessionEvent[] {
  let length = 0;
  const over = events.findIndex((event, index) => {
    length += (wordsOf(site, event) ?? "").length;
    return index > 0 && length > LONGEST;
  });
  return over < 0 ? events : events.slice(0, over);
}

/** Up to `done` everything is written; what goes on to `until` may be. */
interface Kept {
  readonly done: number;
  readonly until: number;
}

function asKept(value: Json | undefined): Kept {
  const [done, until] = Array.isArray(value) ? (value as readonly Json[]) : [];
  return typeof done === "number" && typeof until === "number" ? { done, until } : { done: 0, until: 0 };
}

async function keep(store: Store, name: string, { done, until }: Kept): Promise<void> {
  await store.commit({ writes: [{ kind: "cursor:put", name, value: [done, until] }] });
}

function cursorName(task: TaskRef, attempt: number): string {
  return `mirror ${taskKey(task)}/${attempt}`;
}
