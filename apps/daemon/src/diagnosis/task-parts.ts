import { readdir } from "node:fs/promises";
import { join } from "node:path";

import type { Part } from "@orch/bundle";
import { attemptFolder, homePaths, taskFolder } from "@orch/config";
import {
  asOrchError,
  isOrchError,
  orchError,
  parseTaskRef,
  systemClock,
  taskKey,
  unwrap,
  type Attempt,
  type AttemptRef,
  type Task,
  type TaskRef,
} from "@orch/core";
import { readRegularFile, readRegularTail, type SecretRedactor } from "@orch/security";
import { openStoreToRead, type StoreReader } from "@orch/store";

import { createAttemptFiles, readDigest } from "../attempt-files.ts";
import { viewAttempt, viewEvent, viewWholeTask } from "../handlers/views.ts";
import { readTranscript } from "../transcripts.ts";

const KIBIBYTE = 1024;
const TRANSCRIPT_BYTES = 3 * KIBIBYTE * KIBIBYTE;
const FILE_BYTES = 512 * KIBIBYTE;
const EXIT_BYTES = 64 * KIBIBYTE;
/** Newest attempts: what went wrong is rarely in the ones before. */
const MOST_ATTEMPTS = 3;
const MOST_EVENTS = 1000;
const MOST_TASKS = 10_000;

/** What is asked about a task. */
interface TaskQuestion {
  readonly home: string;
  readonly redactor: SecretRedactor;
  /** `owner/repo#int-5`, or `int-5` where only one project has such a task. */
  readonly task: string;
}

/**
 * What is kept of one task: itself, its attempts, events and receipts from the database, which is only read; digest,
 * exit record and transcript of its newest attempts from their folders, also where the database can't be read.
 */
export async function taskParts(question: TaskQuestion): Promise<readonly Part[]> {
  try {
    await using store = await openStoreToRead({
      path: homePaths(question.home).database,
      clock: systemClock,
    });
    const task = await findTask(store, question.task);
    const attempts = (await store.attempts(task)).slice(-MOST_ATTEMPTS);
    const about = await Promise.all(attempts.map((attempt) => attemptRecords(store, attempt)));
    return [
      part("task/task.json", "The task with its text and what people said of it", viewWholeTask(task)),
      part("task/events.json", "Its events, without their content", await eventsOf(store, task)),
      ...attempts.flatMap((attempt, index) => [
        part(`${folderOf(attempt)}/attempt.json`, "What is recorded of the attempt, with its receipts", about[index]),
        ...filesOf(question, attempt),
      ]),
    ];
  } catch (error) {
    if (isOrchError(error, "task_unknown") || isOrchError(error, "usage")) throw error;
    const lost: Part = {
      ...part("task/task.json", "The task with its attempts, events and receipts", undefined),
      read: () => Promise.reject(asOrchError(error)),
    };
    return [lost, ...(await partsOnDisk(question))];
  }
}

/** Throws `task_unknown`, and `usage` when several projects have a task of this id. */
async function findTask(store: StoreReader, text: string): Promise<Task> {
  if (text.includes("/")) {
    const task = await store.task(unwrap(parseTaskRef(text)));
    if (task !== undefined) return task;
    throw unknownTask(text);
  }
  const found = (await store.tasks({ limit: MOST_TASKS })).filter(({ id }) => id === text);
  const [task, ...others] = found;
  if (task === undefined) throw unknownTask(text);
  if (others.length === 0) return task;
  throw orchError("usage", `several projects have a task ${text}`, {
    hint: `Say which: ${found.map((one) => taskKey(one)).join(", ")}`,
  });
}

function unknownTask(text: string): Error {
  return orchError("task_unknown", `there is no task ${text}`, { hint: "See: orch task list --all" });
}

async function eventsOf(store: StoreReader, task: TaskRef): Promise<unknown> {
  const events = await store.events({ after: 0, limit: MOST_EVENTS, task });
  return events.map((event) => viewEvent(event));
}

async function attemptRecords(store: StoreReader, attempt: Attempt): Promise<unknown> {
  const steps = await store.steps(attempt);
  return {
    ...viewAttempt(attempt, await store.receipts(attempt)),
    steps: steps.map(({ step, state, startedAt, endedAt }) => ({ step, state, startedAt, endedAt })),
  };
}

/** Without a database only the folders of attempts are left, where the whole name of the task is said. */
async function partsOnDisk(question: TaskQuestion): Promise<readonly Part[]> {
  const ref = parseTaskRef(question.task);
  if (!ref.ok) return [];
  const names = await readdir(join(taskFolder(question.home, ref.value), "attempts")).catch(() => []);
  const attempts = names.flatMap((name) => (/^[1-9]\d{0,4}$/.test(name) ? [Number(name)] : []));
  const newest = attempts.toSorted((left, right) => left - right).slice(-MOST_ATTEMPTS);
  return newest.flatMap((attempt) => filesOf(question, { ...ref.value, attempt }));
}

/** What the attempt's folder keeps. Agents could write below it, so links are not followed. */
function filesOf({ home, redactor }: TaskQuestion, { project, id, attempt }: AttemptRef): readonly Part[] {
  const ref = { project, id, attempt };
  const folder = attemptFolder(home, ref);
  const name = folderOf(ref);
  return [
    {
      name: `${name}/digest.json`,
      what: "What the attempt came to",
      mostBytes: FILE_BYTES,
      read: () => readDigest(createAttemptFiles(home), ref),
    },
    {
      name: `${name}/exit.json`,
      what: "How the agent's session ended",
      mostBytes: EXIT_BYTES,
      async read() {
        const read = await readRegularFile(folder, "session/exit.json", EXIT_BYTES);
        return read.ok ? (JSON.parse(read.value.toString("utf8")) as unknown) : undefined;
      },
    },
    {
      name: `${name}/transcript.jsonl`,
      what: "What the agent said and did, with what it quoted of the repository",
      mostBytes: TRANSCRIPT_BYTES,
      async read() {
        const { events } = await readTranscript(home, { ref, redactor, maxBytes: TRANSCRIPT_BYTES });
        return events.length === 0 ? undefined : `${events.map((event) => JSON.stringify(event)).join("\n")}\n`;
      },
    },
    tailPart({ folder, file: "session/stderr.txt", name: `${name}/stderr.txt` }, "What the agent's program complained"),
    tailPart({ folder, file: "session/supervisor.log", name: `${name}/supervisor.log` }, "What the supervisor printed"),
  ];
}

/** The end of a file that may be long. */
export function tailPart(
  { folder, file, name }: { readonly folder: string; readonly file: string; readonly name: string },
  what: string,
): Part {
  return {
    name,
    what,
    mostBytes: FILE_BYTES,
    async read() {
      // More than is kept, so that a secret of several lines is not cut before it was found.
      const read = await readRegularTail(folder, file, FILE_BYTES + EXIT_BYTES);
      return read.ok && read.value.length > 0 ? read.value.toString("utf8") : undefined;
    },
  };
}

function part(name: string, what: string, value: unknown): Part {
  return { name, what, mostBytes: FILE_BYTES, read: async () => value };
}

function folderOf({ attempt }: Pick<AttemptRef, "attempt">): string {
  return `task/attempt-${attempt}`;
}
