import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import type { CommandResults } from "@orch/api";
import type { AnyVerb, ArgumentValue } from "@orch/commands";
import { isOrchError, orchError, systemRandom } from "@orch/core";

import { placeOf, type Context, type Done } from "../context.ts";
import { withProgress } from "../progress.ts";
import { repositoryRoot } from "../repository-root.ts";

type Values = Readonly<Record<string, ArgumentValue>>;
type RemoteName = Extract<AnyVerb["name"], keyof CommandResults>;

/** `owner/repo`, or an address. */
const ELSEWHERE = /^(?!\.|~)(?:[\w.-]+\/[\w.-]+|https?:\/\/.+|ssh:\/\/.+|[\w.-]+@[\w.-]+:.+)$/;

/** Works without a running daemon, as `orch init` does. */
const alwaysPossible: ReadonlySet<AnyVerb["name"]> = new Set(["project add"]);
/** What `orch run` names as next steps: they work without a daemon, as it does. */
const nextSteps: ReadonlySet<AnyVerb["name"]> = new Set([
  "task diff",
  "task approve",
  "task get",
  "task merge",
  "task retry",
]);

/** Does a verb by one call of the daemon. */
export async function callDaemon(context: Context, verb: AnyVerb, values: Values): Promise<Done> {
  const { task } = values;
  if (verb.name === "task add") await needRepository(context);
  else if (verb.inProject && typeof task === "string") await needRepository(context, task);
  if (nextSteps.has(verb.name)) await reviveDaemon(context);
  if (alwaysPossible.has(verb.name)) await startDaemon(context);
  const given = { ...(await completed(context, verb, values)), ...(verb.inProject ? placeOf(context) : {}) };
  const key = "idempotencyKey" in verb.flags ? (values["idempotencyKey"] ?? systemRandom.token(16)) : undefined;
  const args = key === undefined ? given : { ...given, idempotencyKey: key };
  // The registry's names are the keys of the results; a test of the daemon compares the two.
  const call = async (): Promise<CommandResults[RemoteName]> => context.client.call(verb.name as RemoteName, args);
  const data = await withProgress(context, verb.summary, call).catch((error: unknown) => {
    throw repeatable(error, key);
  });
  return { data, exitCode: exitCodeOf(verb.name, data) };
}

/** An error after which the call may have been done, with the key that lets it be made again without doing it twice. */
function repeatable(error: unknown, key: ArgumentValue | undefined): unknown {
  if (!isOrchError(error, "answer_lost") || typeof key !== "string") return error;
  return orchError("answer_lost", error.message, {
    hint: `Start it again with orch serve, and repeat this with --idempotency-key ${key}: it is not done twice.`,
    cause: error,
  });
}

/** Brings a daemon back where one has worked before: what is known there can be looked at. */
export async function reviveDaemon(context: Context): Promise<void> {
  if (existsSync(join(context.host.home, "orch.db"))) await startDaemon(context);
}

async function startDaemon(context: Context): Promise<void> {
  const { ensureDaemon } = await import("../daemon-process.ts");
  await ensureDaemon(context);
}

/**
 * A new task (no `task`) and a task's short name mean the repository that the caller is in. A folder that is in none is
 * the caller's mistake, and is told as that whether a daemon runs or not: starting one would not mend it.
 * @throws `not_a_repository`
 */
export async function needRepository(context: Context, task?: string): Promise<void> {
  const { folder } = placeOf(context);
  if (folder === undefined || task === "all" || task?.includes("/") === true) return;
  if ((await repositoryRoot(folder)) !== undefined) return;
  throw orchError("not_a_repository", "this folder is not inside a git repository", {
    hint:
      task === undefined
        ? "Go to a repository, or say which project: --project owner/repo."
        : `Go to the task's repository, or say which: --project owner/repo, or owner/repo#${task}.`,
  });
}

/** Standard input for `-b -`, and whole paths for what the caller wrote relative to its folder. */
async function completed(context: Context, verb: AnyVerb, values: Values): Promise<Values> {
  const { host } = context;
  if (values["body"] === "-") return { ...values, body: await host.readInput() };
  if (verb.name === "project add" && typeof values["path"] === "string") {
    const path = resolve(host.folder, values["path"]);
    // What is no folder here may be a repository on GitHub: the daemon knows.
    return ELSEWHERE.test(values["path"]) && !existsSync(path) ? values : { ...values, path };
  }
  const target = values["target"];
  const isPath = typeof target === "string" && (/^[./~]/.test(target) || !target.includes("/"));
  return verb.name === "project remove" && isPath ? { ...values, target: resolve(host.folder, target) } : values;
}

/** A refused message failed; a merge that ended up with a person says so. */
function exitCodeOf(name: string, data: CommandResults[RemoteName]): 0 | 1 | 4 {
  if ("outcome" in data && data.outcome === "refused") return 1;
  const isMerge =
    (name === "task merge" || name === "task approve") &&
    "task" in data &&
    typeof data.task === "object" &&
    data.task !== null;
  return isMerge && "status" in data.task && data.task.status === "needs_review" ? 4 : 0;
}
