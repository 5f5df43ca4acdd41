import {
  cautionsOf,
  cautionTexts,
  isOrchError,
  orchError,
  type BranchResult,
  type Caution,
  type PreparedClone,
  type PublishResult,
} from "@orch/core";
import { redacted } from "@orch/security";

import { cautionsAsJson } from "../closing.ts";
import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import { withWarnings } from "../journal.ts";
import { checksOf } from "./check.ts";
import type { Harvest } from "./collect.ts";

const SHOWN_FINDINGS = 10;

interface Change {
  readonly clone: PreparedClone;
  readonly harvest: Harvest;
}

/** The publish gate: what a person has to see before anything leaves. Undefined: nothing. What they have to see before the merge is told in the attempt's warnings. */
export async function gate(context: StepContext, change: Change): Promise<Ending | undefined> {
  const { journal, deps, run } = context;
  if (journal.output("gate") !== undefined) return undefined;
  await journal.started("gate", "validating");
  const { baseCommit: base } = change.clone;
  const inspected = await deps.workspace.inspect({ project: run.project, base, commit: change.harvest.commit });
  const { findings } = inspected;
  const [first] = findings;
  if (first !== undefined) {
    const shown = findings.slice(0, SHOWN_FINDINGS).map((finding) => `${finding.path}: ${finding.detail}`);
    const more = findings.length > SHOWN_FINDINGS ? [`… and ${findings.length - SHOWN_FINDINGS} more`] : [];
    return endingFor(first.reason, [...shown, ...more].join("; "));
  }
  const cautions = redacted(deps.redactor, cautionsOf(inspected.cautions));
  const warnings = withWarnings(journal.attempt.warnings, cautionTexts(cautions));
  const output = { findings: 0, cautions: cautionsAsJson(cautions) };
  await journal.done("gate", { output, ...(warnings.length === 0 ? {} : { attempt: { warnings } }) });
  return undefined;
}

/** What the gate left to a person; an attempt of an earlier orch has no such list. */
function cautionsIn(output: unknown): Pick<BranchResult, "cautions"> {
  const { cautions = [] } = (output ?? {}) as { readonly cautions?: readonly Caution[] };
  return cautions.length === 0 ? {} : { cautions };
}

/** Either the branch is in the user's repository, or the attempt ends here; `result`: for another push. */
export type Publication =
  | { readonly result: BranchResult }
  | { readonly ending: Ending; readonly result?: BranchResult };

/** Puts the checked commit into the user's repository as the task's branch. */
export async function publish(
  context: StepContext,
  change: Change & { readonly unconfined: boolean },
): Promise<Publication> {
  const { journal, deps, run, ref } = context;
  const { branch, base } = change.clone;
  const { commit } = change.harvest;
  const checks = checksOf(run).length;
  const how = { ...(change.unconfined ? { unconfined: true } : {}), ...cautionsIn(journal.output("gate")) };
  const result: BranchResult = { branch, commit, base, attempt: ref.attempt, checks, ...how };
  if (journal.output("publish") !== undefined) return { result };
  await journal.started("publish", "publishing");
  await deps.linkBranch?.({ task: run.task, branch, commit: change.clone.baseCommit });
  const published = await pushed(context, { branch, commit });
  if (published.kind === "refused") {
    const ending = endingFor(published.reason, published.detail);
    // What people pushed under this name has to go first, and may be worth an agent's look.
    return published.reason === "branch_taken" ? { ending } : { ending, result: { ...result, unpublished: true } };
  }
  await journal.done("publish", { output: { moved: published.moved } });
  return { result };
}

/** How long to wait before each further try, in milliseconds. */
const PAUSES_MS = [10_000, 60_000];

/**
 * Pushes, and again what may pass: the push alone is repeated, as the checked commit is there. Where the forge lets
 * nobody in, the whole job waits.
 */
async function pushed(
  { deps, run, signal, journal }: StepContext,
  what: Pick<BranchResult, "branch" | "commit">,
): Promise<PublishResult | { readonly kind: "refused"; readonly reason: "push_failed"; readonly detail: string }> {
  const { project } = run;
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      return await deps.workspace.publish({ project, ...what });
    } catch (error) {
      if (!isOrchError(error, "git_failed")) throw error;
      const { stderr } = error.details;
      const detail = typeof stderr === "string" && stderr !== "" ? stderr : error.message;
      if (pause === undefined) return { kind: "refused", reason: "push_failed", detail: detail.slice(0, 600) };
      await deps.clock.sleep(pause, signal);
      if (signal.aborted) throw error;
      // Who slept may have lost the attempt meanwhile, and would push over what came after it.
      await journal.started("publish", "publishing");
    }
  }
  throw orchError("internal", "a push was neither made nor refused");
}
