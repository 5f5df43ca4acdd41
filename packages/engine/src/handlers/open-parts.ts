import {
  defaultLabelNames,
  isInternalTask,
  isOrchError,
  issueNumberOf,
  parseTaskId,
  taskKey,
  unwrap,
  type Delegation,
  type Task,
  type TaskId,
  type TaskSpec,
} from "@orch/core";
import { looksOf, partBlockers, partMark, partOrder, partPins, partWords } from "@orch/forge";
import { neutraliseOutput as neutral } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { inherited, partKey, partWish } from "../forge/own-part.ts";
import { markerOf, siteOf, type Site } from "../forge/site.ts";
import { create, madeBefore } from "../inbox.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/**
 * Makes tasks of what an attempt handed out, each once: sub-issues of an issue, else tasks of orch's own. A task that
 * was cancelled meanwhile hands nothing out any more.
 */
export async function openParts(context: HandlerContext<"parts:open">): Promise<void> {
  const { deps, effect, lease } = context;
  const { from } = effect;
  const task = await deps.store.task(effect.task);
  if (task === undefined || task.status === "cancelled") return settleDone(context);
  const record = await deps.store.attempt({ ...effect.task, attempt: from });
  const ids = await openAll(deps, { parent: task, parts: record?.report?.delegations ?? [], from });
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: { type: "parts:opened", attempt: from, ids },
    key: `${taskKey(effect.task)} parts ${from}`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

/** Opens parts, those that others wait for first; their ids are in the order of the report. */
async function openAll(
  deps: EngineDeps,
  { parent, parts, from }: { readonly parent: Task; readonly parts: readonly Delegation[]; readonly from: number },
): Promise<readonly TaskId[]> {
  const waits = partBlockers(parts);
  const opened = new Map<number, TaskId>();
  for (const place of partOrder(waits)) {
    const part = parts[place];
    if (part === undefined) continue;
    const waitsFor = (waits[place] ?? []).flatMap((other) => opened.get(other) ?? []);
    opened.set(place, await openPart(deps, { parent, part, waitsFor, key: partKey(from, place) }));
  }
  return parts.flatMap((_, place) => opened.get(place) ?? []);
}

interface Opening {
  /** The tasks of parts that it waits for. */
  readonly waitsFor: readonly TaskId[];
  readonly parent: Task;
  readonly part: Delegation;
  readonly key: string;
}

async function openPart(deps: EngineDeps, opening: Opening): Promise<TaskId> {
  const { parent, part, key } = opening;
  const { project } = parent;
  const before = await madeBefore(deps, { project, idempotencyKey: partWish(parent, key) });
  if (before !== undefined) return before;
  const whole = issueNumberOf(parent);
  const site = whole === undefined ? undefined : siteOf(deps, project);
  const there =
    site === undefined || whole === undefined
      ? undefined
      : await openIssue(deps, { ...opening, site, whole: unwrap(parseTaskId(String(whole))) });
  if (there !== undefined) return taskOf(deps, { ...opening, ...there });
  const pins = partPins(part, { names: defaultLabelNames, agents: agentsOf(deps, parent) });
  const { title, body, labels } = part;
  return taskOf(deps, { ...opening, words: { title, body, labels, pins } });
}

function agentsOf(deps: EngineDeps, { project }: Task): readonly string[] {
  return Object.keys(deps.projects.get(project)?.agents ?? {});
}

type Words = Pick<TaskSpec, "title" | "body" | "labels" | "pins">;

async function taskOf(
  deps: EngineDeps,
  given: Opening & { readonly id?: TaskId; readonly words: Words },
): Promise<TaskId> {
  const { parent, id, key, words, waitsFor } = given;
  // An orch of before 2026-11-28 took it in under another key.
  if (id !== undefined && (await deps.store.task({ project: parent.project, id })) !== undefined) return id;
  const spec: TaskSpec = {
    ...words,
    ...inherited(parent),
    ...(parent.base === undefined ? {} : { base: parent.base }),
    source: { kind: "delegation", id: parent.id },
    priority: parent.priority,
    dependsOn: waitsFor,
    checks: [],
  };
  const known = id === undefined ? {} : { id };
  const idempotencyKey = partWish(parent, key);
  const done = await create(deps, { project: parent.project, ...known, spec, actor: "engine", idempotencyKey });
  if (!done.ok) throw done.error;
  return done.value.id;
}

/** Undefined: the forge takes no issue from orch, so that the part is a task of orch's own. */
async function openIssue(
  deps: EngineDeps,
  { parent, part, key, site, whole, waitsFor }: Opening & { readonly site: Site; readonly whole: TaskId },
): Promise<{ readonly id: TaskId; readonly words: Words } | undefined> {
  const { settings, forge } = site;
  const named = waitsFor.filter((id) => !isInternalTask(id));
  const words = partWords(part, { parent: whole, waitsFor: named, settings, agents: agentsOf(deps, parent), neutral });
  const marker = markerOf(site, partMark(parent, key));
  try {
    const { title, body, labels } = words;
    await forge.ensureLabels(labels.map((label) => looksOf(label, settings.labels)));
    const { id } = await forge.openIssue({ title, body, labels, marker, parent: whole });
    return { id, words: { title, body, labels: words.others, pins: words.pins } };
  } catch (error) {
    if (!isOrchError(error) || error.retryable) throw error;
    deps.logger.warn({ task: taskKey(parent), error }, "a part can't be an issue; it becomes a task of orch's own");
    return undefined;
  }
}
