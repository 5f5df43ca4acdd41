import {
  parseCommitSha,
  parseTreeSha,
  taskKey,
  unwrap,
  type Collected,
  type Json,
  type PreparedClone,
} from "@orch/core";
import { redacted } from "@orch/security";

import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import { runCommand } from "../run-command.ts";

const GIT_TIMEOUT_MS = 120_000;

/** What was brought home from the clone. */
export type Harvest = Extract<Collected, { kind: "collected" }>;

/** Either the work is in the daemon's repository, or the attempt ends here. */
export type Collection = { readonly harvest: Harvest } | { readonly ending: Ending };

/** Commits what the agent left over (inside the sandbox), then fetches its branch as from a stranger. */
export async function collect(context: StepContext, clone: PreparedClone): Promise<Collection> {
  const done = context.journal.output("collect");
  if (done !== undefined) return { harvest: harvestFrom(done) };
  await context.journal.started("collect", "validating");
  await tidy(context, clone);
  const collected = await context.deps.workspace.collect({ project: context.run.project, clone });
  if (collected.kind === "refused")
    return { ending: endingFor(collected.reason, collected.detail, lessonFor(collected)) };
  const { commit, tree } = collected;
  // The names of files and branches are an agent's words too.
  const { diff, strays } = redacted(context.deps.redactor, { diff: collected.diff, strays: collected.strays });
  const harvest = { ...collected, diff, strays };
  await context.journal.done("collect", { output: asJson(harvest), attempt: { commit, tree, diff } });
  return { harvest };
}

function lessonFor(collected: Extract<Collected, { kind: "refused" }>): { readonly lesson?: string } {
  return collected.reason === "wrong_branch" ? { lesson: "Stay on the branch that you are given; make no other." } : {};
}

/** What an agent left uncommitted is its work too. A failure here shows in what is collected, so it is only logged. */
async function tidy(context: StepContext, clone: PreparedClone): Promise<void> {
  const { deps, run, ref } = context;
  await deps.workspace.disarm(clone);
  // What a set-up leaves behind is nobody's work.
  if (run.task.update !== undefined) return;
  const author = run.task.assignment.agent;
  const request = { project: run.project, clone, message: commitMessage(context), author };
  for (const [index, command] of deps.workspace.tidyCommands(request).entries()) {
    const session = {
      name: `git-${index}-${command.name}`,
      purpose: "git",
      argv: command.argv,
      env: command.env,
      timeoutMs: GIT_TIMEOUT_MS,
      network: "none",
    } as const;
    const { exit, tail } = await runCommand(context, { clone, request: session });
    const good = exit.cause === "exited" && command.accept.includes(exit.code ?? -1);
    if (!good)
      deps.logger.warn({ attempt: ref, command: command.name, tail }, "left-over changes could not be committed");
  }
}

/** What became of it later is found by these trailers: `git log --format='%(trailers:key=Orch-Run)'`. */
function commitMessage({ run, ref }: StepContext): string {
  const { title: wish, assignment } = run.task;
  const title = (wish.split("\n", 1)[0] ?? "").slice(0, 200);
  const model = assignment.model === undefined ? [] : [`Orch-Model: ${assignment.model.replaceAll(/\s+/g, " ")}`];
  const trailers = [`Orch-Run: ${taskKey(ref)}/${ref.attempt}`, `Orch-Agent: ${assignment.agent}`, ...model];
  return `${title}\n\n${trailers.join("\n")}\n`;
}

function asJson(harvest: Harvest): Json {
  return { ...harvest, diff: { ...harvest.diff, files: harvest.diff.files.map((file) => ({ ...file })) } };
}

/** What this runner, or the one before the crash, wrote into the journal itself. */
function harvestFrom(output: unknown): Harvest {
  const kept = output as Harvest;
  return {
    kind: "collected",
    commit: unwrap(parseCommitSha(kept.commit)),
    tree: unwrap(parseTreeSha(kept.tree)),
    commits: kept.commits,
    diff: kept.diff,
    strays: kept.strays,
  };
}
