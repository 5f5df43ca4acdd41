import {
  parseProjectId,
  parseTaskId,
  stepNames,
  taskStatuses,
  type Attempt,
  type AttemptRef,
  type Dims,
  type Effect,
  type EffectKind,
  type ForgeHint,
  type Json,
  type Receipt,
  type StepRecord,
  type StoredEvent,
  type Task,
  type TaskEvent,
  type TaskRef,
} from "@orch/core";
import { z } from "zod";

import type { events } from "./schema.ts";
import { corruptRow } from "./store-errors.ts";

/** Where a text was read, for the error that names it. */
export interface Place {
  readonly table: string;
  readonly key: string;
}

/** Of each kind: at most two megabytes of text. */
const MOST_KNOWN = 500;
const LONGEST_KNOWN = 4096;

/** How an attempt is named in errors. */
export function attemptKey({ project, id, attempt }: AttemptRef): string {
  return `${project}#${id}/${attempt}`;
}

/** What a text holds, frozen: whoever asks for the same text again may be given the same value. */
type Reader<Value> = (text: string, place: Place) => Value;

// Shapes check what later code leans on without looking; the rest was typed when it was written. They are held against a
// value that is handed on as it was read: copying what they don't name would take most of the time.
const ref = { project: z.string(), id: z.string() };
const anything = z.object({});

const taskState = z.discriminatedUnion("status", [
  z.object({ status: z.literal("new") }),
  z.object({ status: z.literal("routed"), assignment: anything }),
  z.object({ status: z.literal("in_progress"), assignment: anything, attempt: z.number() }),
  z.object({ status: z.literal("in_review"), result: anything }),
  z.object({ status: z.literal("done"), outcome: anything }),
  z.object({ status: z.literal("blocked"), waitingFor: z.array(z.string()) }),
  z.object({ status: z.literal("needs_review"), reason: z.string(), detail: z.string() }),
  z.object({ status: z.literal("cancelled"), why: z.string() }),
]);

const taskBase = z.object({
  ...ref,
  title: z.string(),
  body: z.string(),
  labels: z.array(z.string()),
  source: z.object({ kind: z.string() }),
  pins: anything,
  priority: z.number(),
  dependsOn: z.array(z.string()),
  checks: z.array(anything),
  attempts: z.number(),
  lastAttempt: z.number(),
  failures: z.array(anything),
  avoid: z.array(z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
  version: z.int(),
});

const attemptShape = z.object({
  ...ref,
  attempt: z.int(),
  assignment: anything,
  phase: z.string(),
  startedAt: z.number(),
  usage: z.object({ inputTokens: z.number(), cachedInputTokens: z.number(), outputTokens: z.number() }),
});

const stepShape = z.object({
  ...ref,
  attempt: z.int(),
  step: z.enum(stepNames),
  state: z.enum(["started", "done"]),
  output: z.custom((output) => output !== undefined),
  startedAt: z.number(),
});

const receiptShape = z.object({
  check: z.string(),
  argv: z.array(z.string()),
  timedOut: z.boolean(),
  outputTail: z.string(),
  commit: z.string(),
  tree: z.string(),
  clean: z.boolean(),
});

const byTask = z.object({ task: z.object(ref) });
const byAttempt = z.object({ attempt: z.object({ ...ref, attempt: z.int() }) });

const reviewWords = z.object({
  decision: z.string(),
  body: z.string(),
  comments: z.array(z.object({ path: z.string(), line: z.int(), body: z.string() })),
});

const effectShapes: Readonly<Record<EffectKind, z.ZodType>> = {
  "task:route": byTask,
  "attempt:run": byAttempt,
  "attempt:stop": byAttempt,
  "notes:tell": byAttempt,
  "result:merge": byTask,
  "dependents:notify": byTask,
  "dependencies:check": byTask,
  "parent:wait": z.object({ task: z.object(ref), child: z.string() }),
  "parts:open": byTask.extend({ from: z.int() }),
  "workspace:remove": byTask,
  "forge:show": byTask,
  "issue:open": byTask.extend({ labels: z.array(z.string()) }),
  "pull:open": byTask,
  "pull:merge": byTask,
  "review:run": byTask.extend({ commit: z.string() }),
  "review:show": byTask.extend({ commit: z.string(), pull: z.int(), words: reviewWords, round: z.int() }),
};
const effectKind = z.object({ kind: z.custom<EffectKind>((kind) => Object.hasOwn(effectShapes, String(kind))) });

const statusShape = z.enum(taskStatuses);
const eventShape = z.object({ type: z.string() });
const dimsType = z.record(z.string(), z.string());

const taskType = z.custom<Task>(conformsTo(taskBase, taskState));
const attemptType = z.custom<Attempt>(conformsTo(attemptShape));
const stepType = z.custom<StepRecord>(conformsTo(stepShape));
const receiptType = z.custom<Receipt>(conformsTo(receiptShape));
const effectType = z.custom<Effect>(isEffect);
const eventType = z.custom<TaskEvent>(conformsTo(eventShape));
const hintShape = z.union([
  z.object({ project: z.string(), about: z.enum(["issue", "pull"]), number: z.int() }),
  z.object({ project: z.string(), about: z.literal("commit"), commit: z.string() }),
]);
const hintsType = z.array(z.custom<ForgeHint>(conformsTo(hintShape)));
const valueType = z.custom<Json>(() => true);

/** The task in a row of `tasks`. Throws `store_failed` naming the place when it is none, as all functions here do. */
export const parseTask: Reader<Task> = readerOf(taskType);
/** The attempt in a row of `attempts`. */
export const parseAttempt: Reader<Attempt> = readerOf(attemptType);
/** The step in a row of `steps`. */
export const parseStep: Reader<StepRecord> = readerOf(stepType);
/** The receipt in a row of `receipts`. */
export const parseReceipt: Reader<Receipt> = readerOf(receiptType);
/** The effect of a job. */
export const parseEffect: Reader<Effect> = readerOf(effectType);
/** The dimensions of a job or a metric. */
export const parseDims: Reader<Dims> = readerOf(dimsType);
/** Where a delivery said to look. */
export const parseHints: Reader<readonly ForgeHint[]> = readerOf(hintsType);
/** Any JSON value. */
export const parseValue: Reader<Json> = readerOf(valueType);

/** A task's name from its two columns. */
export function parseRef(columns: { readonly project: string; readonly task: string }, place: Place): TaskRef {
  const project = parseProjectId(columns.project);
  const id = parseTaskId(columns.task);
  if (!project.ok) throw corruptRow(place.table, place.key, project.error);
  if (!id.ok) throw corruptRow(place.table, place.key, id.error);
  return { project: project.value, id: id.value };
}

/** The event in a row of `events`. */
export function parseStoredEvent(row: typeof events.$inferSelect): StoredEvent {
  const place = { table: "events", key: String(row.seq) };
  const status = statusShape.safeParse(row.status);
  if (!status.success) throw corruptRow(place.table, place.key, status.error);
  return {
    ...parseRef(row, place),
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    key: row.key,
    event: parseJson(row.event, { place, type: eventType }),
    status: status.data,
  };
}

/** A reader that knows what it has read lately: each tick reads the same rows, and few have changed since the last. */
function readerOf<Value>(type: z.ZodType<Value>): Reader<Value> {
  const known = new Map<string, Value>();
  return (text, place) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = frozen(parseJson(text, { place, type }));
    if (text.length > LONGEST_KNOWN) return value;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, value);
    return value;
  };
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

function parseJson<Value>(text: string, as: { readonly place: Place; readonly type: z.ZodType<Value> }): Value {
  const { table, key } = as.place;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corruptRow(table, key, cause);
  }
  const checked = as.type.safeParse(value);
  if (!checked.success) throw corruptRow(table, key, checked.error);
  return checked.data;
}

/** A check that leaves the value as it is: what the shapes do not name must not get lost. */
function conformsTo(...shapes: readonly z.ZodType[]): (value: unknown) => boolean {
  return (value) => shapes.every((shape) => shape.safeParse(value).success);
}

function isEffect(value: unknown): boolean {
  const read = effectKind.safeParse(value);
  return read.success && effectShapes[read.data.kind].safeParse(value).success;
}
