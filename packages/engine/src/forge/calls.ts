import type { DomainWrite, Json, ProjectId } from "@orch/core";
import { isUnmarked, mayWrite } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import type { Said } from "./said.ts";
import type { Site } from "./site.ts";

const DAY_MS = 86_400_000;
/** What orch is called where it speaks as a person, whose own name colleagues call in earnest. */
const CALLED = ["orch", "orchestrator"];

/** The names by which people call orch in comments. */
export async function namesOf({ forge, settings }: Site): Promise<readonly string[]> {
  const { names } = settings.mentions;
  if (names.length > 0) return names;
  const self = await forge.self();
  return self.isBot ? [...CALLED, self.login] : CALLED;
}

/** How often orch was called in a thread since a person said something else there. */
interface Calls {
  readonly count: number;
  /** The comment that was looked at last. */
  readonly last: number;
}

/** Whether a call counts, or comes after too many others: `told` the first time, to be answered, then `silent`. */
export async function countCall(
  deps: EngineDeps,
  { site, comment }: Said,
): Promise<{ readonly as: "counts" | "told" | "silent"; readonly write: DomainWrite }> {
  const { project } = site.forge;
  const { count: counted, last } = asCalls(await deps.store.cursor(callsName(project, comment.thread)));
  // Whoever died in between looks at the same call again.
  const count = last === comment.id ? counted - 1 : counted;
  const most = site.settings.mentions.maxRounds;
  const over = count === most ? "told" : "silent";
  return {
    as: count < most ? "counts" : over,
    write: putCalls(project, comment.thread, { count: Math.min(count, most) + 1, last: comment.id }),
  };
}

/** A person who may write said something without calling orch: it listens to calls again. */
export async function hearPerson(deps: EngineDeps, { site, comment }: Said): Promise<void> {
  const { project } = site.forge;
  const { count, last } = asCalls(await deps.store.cursor(callsName(project, comment.thread)));
  if (count === 0 || comment.id <= last || !isUnmarked(comment.body)) return;
  if (!mayWrite(await site.forge.roleOf(comment.author.login))) return;
  await deps.store.commit({ writes: [putCalls(project, comment.thread, { count: 0, last: comment.id })] });
}

/** Whether a call was acted on before, or was there long before orch was. */
export async function isOldCall(deps: EngineDeps, { site, comment }: Said): Promise<boolean> {
  const { project } = site.forge;
  if ((await deps.store.cursor(heardName(project, comment.id))) !== undefined) return true;
  const name = `calls since ${project}`;
  const kept = await deps.store.cursor(name);
  if (typeof kept === "number") return comment.createdAt < kept;
  const since = deps.clock.now() - DAY_MS;
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: since }] });
  return comment.createdAt < since;
}

/** Writes down that a call was acted on. */
export function keepCall({ site, comment }: Said): DomainWrite {
  return { kind: "cursor:put", name: heardName(site.forge.project, comment.id), value: comment.thread };
}

function heardName(project: ProjectId, comment: number): string {
  return `call ${project} ${comment}`;
}

function callsName(project: ProjectId, thread: number): string {
  return `calls ${project}#${thread}`;
}

function putCalls(project: ProjectId, thread: number, { count, last }: Calls): DomainWrite {
  return { kind: "cursor:put", name: callsName(project, thread), value: { count, last } };
}

function asCalls(value: Json | undefined): Calls {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { count: 0, last: 0 };
  const { count, last } = value as Partial<Record<keyof Calls, Json>>;
  return { count: typeof count === "number" ? count : 0, last: typeof last === "number" ? last : 0 };
}
