import {
  isOrchError,
  unwrap,
  parseBranchName,
  parseCommitSha,
  taskKey,
  type CheckSpec,
  type BranchName,
  type PreparedClone,
  type RebaseResult,
} from "@orch/core";

import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import { describeExit, runCommand } from "../run-command.ts";

const SHOWN_FILES = 20;

/** Either the clone is ready, or the attempt ends here. */
export type Prepared = { readonly clone: PreparedClone } | { readonly ending: Ending };

/** Makes the clone ready: required programs, the clone itself, the project's set-up hooks. */
export async function prepare(context: StepContext): Promise<Prepared> {
  const done = context.journal.output("prepare");
  if (done !== undefined) return { clone: cloneFrom(done) };
  await context.journal.started("prepare", "preparing");
  const missing = await context.deps.surroundings.missingTools(context.run.project.requiredTools);
  if (missing.length > 0) return { ending: endingFor("required_tools", `Not installed: ${missing.join(", ")}.`) };
  const setUp = await beginSetUp(context);
  const made = await makeClone(context);
  if ("ending" in made) return made;
  const { clone } = made;
  const { hooks } = context.run.project;
  for (const [name, hook] of [
    ["after-create", clone.setUp === true || (clone.reused && setUp === "done") ? undefined : hooks.afterCreate],
    ["before-run", hooks.beforeRun],
  ] as const) {
    const ending = hook === undefined ? undefined : await runHook(context, { name, hook, clone });
    if (ending !== undefined) return { ending };
  }
  if (hooks.afterCreate !== undefined) await context.journal.remember(setUpCursor(context), "done");
  const { branch, baseCommit } = clone;
  await context.journal.done("prepare", { output: { ...clone }, attempt: { branch, baseCommit } });
  return { clone };
}

/**
 * Whether the task's clone was set up. From here until the hooks have passed it counts as open, for the clone may be
 * made anew: a hook that failed, or a crash in between, leaves a clone whose set-up is still owed.
 */
async function beginSetUp(context: StepContext): Promise<"done" | "open"> {
  if (context.run.project.hooks.afterCreate === undefined) return "open";
  const known = await context.deps.store.cursor(setUpCursor(context));
  await context.journal.remember(setUpCursor(context), "open");
  return known === "done" ? "done" : "open";
}

function setUpCursor({ ref }: StepContext): string {
  return `runner/set-up/${taskKey(ref)}`;
}

async function makeClone(context: StepContext): Promise<Prepared> {
  const { run, ref, deps } = context;
  const { branch, base, landed } = run.task;
  if (branch === undefined) return { ending: endingFor("infrastructure", "The task has no branch name.") };
  try {
    const stale = await bringUpToDate(context, branch);
    if (stale !== undefined) return { ending: stale };
    const author = run.task.assignment.agent;
    const request = {
      project: run.project,
      attempt: ref,
      branch,
      author,
      ...(base === undefined ? {} : { base }),
      ...(landed === undefined ? {} : { landed }),
    };
    return { clone: await deps.workspace.prepare(request) };
  } catch (error) {
    if (!isOrchError(error, "git_failed") || error.details["reason"] !== "base_missing") throw error;
    return { ending: endingFor("base_missing", error.message) };
  }
}

/**
 * Before an attempt that only brings a result on top of its base: does that in the daemon's repository, so that the
 * clone begins with it. Undefined: done, or not asked for.
 */
async function bringUpToDate({ run, deps }: StepContext, branch: BranchName): Promise<Ending | undefined> {
  const { update } = run.task;
  if (update === undefined) return undefined;
  const { base, commit } = update;
  const rebased = await deps.workspace.rebase({ project: run.project, branch, base, commit });
  if (rebased.kind === "conflict") return endingFor("merge_conflict", conflictWords(branch, rebased));
  // What was not pushed is as it was, where its base has not moved.
  if (rebased.moved || update.unpublished === true) return undefined;
  return endingFor("merge_refused", `${branch} holds all of ${base}, and the forge says that it does not.`);
}

/** For the agent, which can decide what both sides meant. */
function conflictWords(branch: BranchName, conflict: Extract<RebaseResult, { kind: "conflict" }>): string {
  const { base, files } = conflict;
  const more = files.length > SHOWN_FILES ? `, and ${files.length - SHOWN_FILES} more` : "";
  const named = files.length === 0 ? "" : ` Files: ${files.slice(0, SHOWN_FILES).join(", ")}${more}.`;
  return `The branch ${branch} conflicts with ${base}, which has moved on.${named} Merge origin/${base} into it and resolve the conflicts; keep what both sides meant.`;
}

async function runHook(
  context: StepContext,
  input: { readonly name: string; readonly hook: CheckSpec; readonly clone: PreparedClone },
): Promise<Ending | undefined> {
  const { name, hook, clone } = input;
  const request = {
    name: `hook-${name}`,
    purpose: "hook",
    argv: hook.run,
    env: {},
    timeoutMs: hook.timeoutMs,
    network: "project",
  } as const;
  const { exit, tail } = await runCommand(context, { clone, request });
  if (exit.cause === "exited" && exit.code === 0) return undefined;
  if (exit.cause === "sandbox_unavailable") return endingFor("sandbox_unavailable", exit.detail ?? "No sandbox.");
  return endingFor("setup_failed", `The hook ${name} failed (${describeExit(exit)}): ${tail.slice(-500)}`);
}

/** The clone as the journal kept it. */
export function cloneFrom(output: unknown): PreparedClone {
  const kept = output as PreparedClone;
  return {
    path: kept.path,
    reused: kept.reused,
    ...(kept.reads === undefined ? {} : { reads: kept.reads }),
    branch: unwrap(parseBranchName(kept.branch)),
    base: unwrap(parseBranchName(kept.base)),
    baseCommit: unwrap(parseCommitSha(kept.baseCommit)),
    headCommit: unwrap(parseCommitSha(kept.headCommit)),
  };
}
