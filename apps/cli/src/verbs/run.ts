import type { CommandResults, TaskView } from "@orch/api";
import type { ArgumentsOf, Place, VerbNamed } from "@orch/commands";
import { addUsage, isOrchError, noUsage, orchError, type Usage } from "@orch/core";

import { placeOf, type Context, type Done, type LocalVerb } from "../context.ts";
import { ensureDaemon } from "../daemon-process.ts";
import { renderOutcome } from "../render/outcome.ts";
import { cutTo } from "../render/style.ts";
import { watchTask } from "../watch-task.ts";

type RunArguments = ArgumentsOf<VerbNamed<"run">>;

/** Reasons that a person has just done something about. */
const RESUMED: ReadonlySet<string> = new Set(["interrupted", "sandbox_unavailable"]);
const TITLE_COLUMNS = 120;
const UNCONFINED =
  "The sandbox is off for this project: agents and checks run with your files and your network (orch run --sandbox auto turns it on).";

/** The whole job in the foreground: a task from words, the agent at work, and a checked branch at the end. */
export const run: LocalVerb<"run"> = async (context, args) => {
  if (args.what === undefined && args.resume !== true) {
    throw orchError("usage", "<what> is missing", { hint: 'Say what you want: orch run "Add a --quiet flag"' });
  }
  await ensureDaemon(context);
  const place = await registered(context, args.sandbox);
  const task = args.resume === true ? await resumed(context, args, place) : await added(context, args, place);
  const hands = catchInterrupts(context, task);
  try {
    const whole = await watchTask(context, task.key, { signal: hands.signal });
    return finish(context, resultOf(whole), hands.count() > 0);
  } finally {
    hands.release();
  }
};

/** The place of the call; a repository that is not known yet becomes a project. */
async function registered(context: Context, sandbox: string | undefined): Promise<Place> {
  const place = placeOf(context);
  const path = place.folder ?? (place.project?.startsWith("/") === true ? place.project : undefined);
  if (path === undefined && sandbox !== undefined) {
    throw orchError("usage", "--sandbox needs the repository", {
      hint: "Call it in the repository, or give its path.",
    });
  }
  if (path === undefined) return place;
  const confined = sandbox === undefined ? {} : { sandbox };
  const { project } = await context.client.call("project add", { path, ...confined });
  if (project.sandbox === "none" && !context.global.json) context.host.err.write(`${UNCONFINED}\n`);
  return { project: project.id };
}

async function added(context: Context, args: RunArguments, place: Place): Promise<TaskView> {
  const { what = "", resume: _, sandbox: __, body, ...rest } = args;
  const more = body === "-" ? await context.host.readInput() : body;
  const title = titleOf(what);
  const text = [title === what.trim() ? "" : what.trim(), more ?? ""].filter((part) => part !== "").join("\n\n");
  const request = { ...rest, ...place, title, source: "run", ...(text === "" ? {} : { body: text }) };
  return (await context.client.call("task add", request)).task;
}

/** The first line, cut to what fits a title; the whole text goes into the body then. */
function titleOf(what: string): string {
  return cutTo((what.trim().split("\n")[0] ?? "").replaceAll(/\s+/g, " "), TITLE_COLUMNS);
}

/** The task that is named, else the newest stopped one of this repository, tried again. */
async function resumed(context: Context, { what }: RunArguments, place: Place): Promise<TaskView> {
  const id = what ?? (await newestStopped(context, place)).id;
  const { task } = await context.client.call("task get", { task: id, ...place });
  if (task.status !== "needs_review" && task.status !== "cancelled") return task;
  return (await context.client.call("task retry", { task: id, ...place })).task;
}

async function newestStopped(context: Context, place: Place): Promise<TaskView> {
  const query = { status: ["needs_review", "cancelled"], source: "run", ...place };
  const { tasks } = await context.client.call("task list", query);
  const stopped = tasks.filter(({ status, reason }) => status === "cancelled" || RESUMED.has(reason ?? ""));
  const [newest] = stopped.toSorted((left, right) => right.updatedAt - left.updatedAt);
  if (newest !== undefined) return newest;
  throw orchError("task_unknown", "there is no stopped task to go on with", {
    hint: "Name one: orch run --resume int-1. See: orch task list",
  });
}

interface Hands {
  /** Aborted by the second Ctrl-C. */
  readonly signal: AbortSignal;
  count(): number;
  release(): void;
}

/** First Ctrl-C: stop cleanly and wait for it. Second: kill. Third: the system's own way. */
function catchInterrupts(context: Context, task: TaskView): Hands {
  const { host, client } = context;
  const killing = new AbortController();
  let count = 0;
  const restore = host.onSignal("SIGINT", () => {
    count += 1;
    if (count === 1) {
      host.err.write("\nStopping cleanly; Ctrl-C again kills.\n");
      void stop(context, task).catch((error: unknown) => {
        // It may have ended by itself in the same moment; the watch shows how.
        if (!isOrchError(error, "move_refused")) killing.abort();
      });
      return;
    }
    restore();
    const abort = (): void => killing.abort();
    void client.call("task kill", { task: task.key }).then(abort, abort);
  });
  return { signal: killing.signal, count: () => count, release: restore };
}

/** Ends the running attempt; a task that has none yet is given up, and can be taken up again all the same. */
async function stop({ client }: Context, task: TaskView): Promise<void> {
  try {
    await client.call("task interrupt", { task: task.key });
  } catch (error) {
    if (!isOrchError(error, "move_refused")) throw error;
    await client.call("task cancel", { task: task.key, why: "stopped with Ctrl-C" });
  }
}

function resultOf({ task, attempts }: CommandResults["task get"]): CommandResults["run"] {
  const last = attempts.at(-1);
  return {
    task,
    attempts,
    branch: task.branch ?? null,
    commit: task.commit ?? last?.commit ?? null,
    receipts: last?.receipts ?? [],
    usage: attempts.map(({ usage }) => known(usage)).reduce(addUsage, noUsage),
  };
}

function known({ costUsd, ...usage }: CommandResults["run"]["usage"]): Usage {
  return costUsd === undefined ? usage : { ...usage, costUsd };
}

function finish(context: Context, result: CommandResults["run"], interrupted: boolean): Done {
  const exitCode = exitCodeOf(result.task.status, interrupted);
  if (context.global.json) return { data: result, exitCode };
  context.host.out.write(renderOutcome(result, context.style));
  return { exitCode };
}

function exitCodeOf(status: TaskView["status"], interrupted: boolean): 0 | 1 | 4 {
  if (status === "in_review" || status === "done") return 0;
  return status === "needs_review" && !interrupted ? 4 : 1;
}
