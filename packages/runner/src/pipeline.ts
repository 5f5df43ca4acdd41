import { isPlanning, type BranchResult, type PreparedClone } from "@orch/core";
import { judgeConduct } from "@orch/grading";

import type { StepContext } from "./context.ts";
import { endingFor, type Ending } from "./ending.ts";
import { withHandOff } from "./hand-off.ts";
import { judgeAgent, delegatedIn } from "./judge-agent.ts";
import { judgeByPolicy, objected } from "./judge-policy.ts";
import { mayChange } from "./may-change.ts";
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
  /** `result`: it is published all the same, for a person to decide on, or kept for another push. */
  | { readonly ending: Ending; readonly result?: BranchResult };

/**
 * The steps of an attempt, in order. Whatever the agent did, its work is collected, so that its commits stay reachable
 * (SECURITY I8); only then the first reason that speaks against it counts.
 */
export async function runPipeline(context: StepContext): Promise<PipelineEnd> {
  const prepared = await prepare(context);
  if ("ending" in prepared) return prepared;
  const { clone } = prepared;
  if (context.run.task.update !== undefined) return finishUpdate(context, clone);
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

/** A result that orch brought on top of its base is checked and published as any other. */
async function finishUpdate(context: StepContext, clone: PreparedClone): Promise<PipelineEnd> {
  const collection = await collect(context, clone);
  if ("ending" in collection) return collection;
  const { harvest } = collection;
  const unconfined = context.run.task.update?.unconfined === true;
  return (await weigh(context, { clone, harvest })) ?? publish(context, { clone, harvest, unconfined });
}

async function finish(
  context: StepContext,
  { clone, end }: { readonly clone: PreparedClone; readonly end: AgentEnd },
): Promise<PipelineEnd> {
  const ending = judgeAgent(context, end);
  await runAfterHook(context, clone);
  if (!mayChange(context.run.task)) return { ending: ending ?? onlyLooked(context, end) };
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

/** Its agent could change nothing: what it found out is for whoever reads it, and the parts that it found are handed out. */
function onlyLooked({ run }: StepContext, end: AgentEnd): Ending {
  const report = end.kind === "ended" ? end.conclusion.report : undefined;
  const summary = report?.summary;
  const delegated = delegatedIn(report, run.task);
  if (delegated !== undefined) return delegated;
  if (isPlanning(run.task)) return endingFor("no_parts", summary ?? "The agent reported nothing.");
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
  if (harvest.diff.files.length === 0) {
    const { report } = context.journal.attempt;
    return {
      ending: delegatedIn(report, context.run.task) ?? endingFor("no_changes", "Nothing differs from the base."),
    };
  }
  const failed = (await runChecks(context, change)) ?? (await gate(context, change)) ?? (await judgeByPolicy(context));
  return failed === undefined ? undefined : { ending: failed };
}

/** Branch names are an agent's own words: a few of them, shortened. */
function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => name.slice(0, LONGEST_NAME));
  return [...shown, ...(names.length > SHOWN_NAMES ? [`and ${names.length - SHOWN_NAMES} more`] : [])].join(", ");
}
