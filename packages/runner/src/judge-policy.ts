import {
  addUsage,
  noUsage,
  pricedUsage,
  priceOfAny,
  type ModelPrice,
  type ProjectSettings,
  type SemanticGrade,
  type Usage,
} from "@orch/core";
import { judgePolicy, lacksTests, opinionByFacts, opinionOfModel, opinionSchema, type Objection } from "@orch/grading";
import { redacted } from "@orch/security";

import type { StepContext } from "./context.ts";
import { endingFor, type Ending } from "./ending.ts";

/**
 * What the project's policy has against a change that its checks and the gate let through. Where checks are missing
 * because there is nothing to run, facts or a model may decide; what they said is kept before it counts.
 */
export async function judgeByPolicy(context: StepContext): Promise<Ending | undefined> {
  const { journal, project, deps } = context;
  const rules = project.grading;
  const receipts = await journal.receipts();
  if (rules === undefined) return undefined;
  if (journal.attempt.semantic === undefined && lacksTests(journal.attempt, { rules, receipts })) {
    const { semantic = opinionByFacts(journal.attempt), usage } = await askedOf(context);
    await journal.amend({ semantic: redacted(deps.redactor, semantic), usage: addUsage(journal.attempt.usage, usage) });
  }
  return objected(judgePolicy(journal.attempt, { rules, receipts }));
}

/** An objection as the ending of an attempt. */
export function objected(objection: Objection | undefined): Ending | undefined {
  if (objection === undefined) return undefined;
  const { reason, detail, ...more } = objection;
  return endingFor(reason, detail, more);
}

/** A model's opinion, and what it cost. Without one the facts decide: none is to be asked, or none is to be had. */
async function askedOf({ deps, run, project, journal, signal }: StepContext): Promise<{
  readonly semantic?: SemanticGrade;
  readonly usage: Usage;
}> {
  if (project.grading?.mode !== "model" || deps.judgeEvidence === undefined) return { usage: noUsage };
  const { attempt } = journal;
  const reply = await deps.judgeEvidence({ task: run.task, project, attempt, schema: opinionSchema, signal });
  const usage = pricedUsage(reply.usage ?? noUsage, priceOfJudge(project));
  if (reply.kind === "failed") {
    deps.logger.warn({ task: run.task.id, why: reply.why }, "no model could be asked about a change without checks");
    return { usage };
  }
  const semantic = opinionOfModel(reply.value);
  return semantic === undefined ? { usage } : { semantic, usage };
}

function priceOfJudge({ prices, routing, agents }: ProjectSettings): ModelPrice | undefined {
  const judge = routing?.classifier;
  if (prices === undefined || judge === undefined) return undefined;
  return priceOfAny(prices, [judge.model ?? agents[judge.agent]?.model]);
}
