import { trustRules, type BranchResult, type PreparedClone } from "@orch/core";
import { judgeConduct } from "@orch/grading";

import type { StepContext } from "./context.ts";
import { endingFor, type Ending } from "./ending.ts";
import { withHandOff } from "./hand-off.ts";
import { judgeAgent } from "./judge-agent.ts";
import { judgeByPolicy, objected } from "./judge-policy.ts";
import { runAfterHook } from "./steps/after-run.ts";
import { runChecks } from "./steps/check.ts";
import { collect } from "./steps/collect.ts";
import { findOutsideWrites, isUnconfined } from "./steps/outside.ts";
import { prepare } from "./steps/prepare.ts";
import { writePrompts } from "./steps/prompt.ts";
import { gate, publish } from "./steps/publish.ts";
import { awaitAgent, launchAgent, type AgentEnd } from "./steps/run-agent.ts";

const SHOWN_NAMES = 5;
const LONGEST_NAME = 100;

/** What the steps came to: a published result, or an ending. */
export type PipelineEnd =
  | { readonly result: BranchResult }
  /** `result`: it is published all the same, for a person to decide on. */
  | { readonly ending: Ending; readonly result?: BranchResult };

/**
 * The steps of an attempt, in order. Whatever the agent did, its work is collected, so that its commits stay reachable
 * (SECURITY I8); only then the first reason that speaks against it counts.
 */
export async function runPipeline(context: StepContext): Promise<PipelineEnd> {
  const prepared = await prepare(context);
  if ("ending" in prepared) return prepared;
  const { clone } = prepared;
  const prompts = await writePrompts(context, clone);
  const launched = await launchAgent(context, { clone, prompts });
  if ("ending" in launched) return launched;
  const end = await awaitAgent(context, launched.session);
  const outside = await findOutsideWrites(context, end);
  const finished = await finish(context, { clone, end });
  const against = outside ?? objected(judgeConduct(context.journal.attempt.activity));
  if (against === undefined) return finished;
  return { ...("ending" in finished ? {} : finished), ending: against };
}

async function finish(
  context: StepContext,
  { clone, end }: { readonly clone: PreparedClone; readonly end: AgentEnd },
): Promise<PipelineEnd> {
  const ending = judgeAgent(context, end);
  await runAfterHook(context, clone);
  if (!trustRules(context.run.task).writes) return { ending: ending ?? onlyLooked(end) };
  const collection = await collect(context, clone);
  if (ending !== undefined) {
    const seen = end.kind === "ended" ? end.seen : undefined;
    return { ending: withHandOff(ending, { diff: context.journal.attempt.diff, seen }) };
  }
  if ("ending" in collection) return collection;
  const { harvest } = collection;
  const unconfined = isUnconfined(end);
  return (await weigh(context, { clone, harvest })) ?? publish(context, { clone, harvest, unconfined });
}

/** Nobody has read the task yet, so its agent could change nothing: what it found out is for whoever reads it. */
function onlyLooked(end: AgentEnd): Ending {
  const summary = end.kind === "ended" ? end.conclusion.report?.summary : undefined;
  return endingFor("untrusted_task", summary ?? "The agent could only look, and reported nothing.");
}

async function weigh(
  context: StepContext,
  change: {
    readonly clone: PreparedClone;
    readonly harvest: Extract<Awaited<ReturnType<typeof collect>>, { harvest: unknown }>["harvest"];
  },
): Promise<{ readonly ending: Ending } | undefined> {
  const { harvest } = change;
  if (harvest.strays.length > 0) {
    const names = shownNames(harvest.strays);
    const lesson = `Commit only on ${change.clone.branch}; your commits on ${names} were not taken.`;
    return { ending: endingFor("wrong_branch", `The agent committed to other branches: ${names}.`, { lesson }) };
  }
  if (harvest.diff.files.length === 0) return { ending: endingFor("no_changes", "Nothing differs from the base.") };
  const failed = (await runChecks(context, change)) ?? (await gate(context, change)) ?? (await judgeByPolicy(context));
  return failed === undefined ? undefined : { ending: failed };
}

/** Branch names are an agent's own words: a few of them, shortened. */
function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => name.slice(0, LONGEST_NAME));
  return [...shown, ...(names.length > SHOWN_NAMES ? [`and ${names.length - SHOWN_NAMES} more`] : [])].join(", ");
}
