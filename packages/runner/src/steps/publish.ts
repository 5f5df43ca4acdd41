import type { BranchResult, PreparedClone } from "@orch/core";

import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import { checksOf } from "./check.ts";
import type { Harvest } from "./collect.ts";

const SHOWN_FINDINGS = 10;

interface Change {
  readonly clone: PreparedClone;
  readonly harvest: Harvest;
}

/** The publish gate: what a person has to see before anything leaves. Undefined: nothing. */
export async function gate(context: StepContext, change: Change): Promise<Ending | undefined> {
  const { journal, deps, run } = context;
  if (journal.output("gate") !== undefined) return undefined;
  await journal.started("gate", "validating");
  const { baseCommit: base } = change.clone;
  const findings = await deps.workspace.inspect({ project: run.project, base, commit: change.harvest.commit });
  const [first] = findings;
  if (first !== undefined) {
    const shown = findings.slice(0, SHOWN_FINDINGS).map((finding) => `${finding.path}: ${finding.detail}`);
    const more = findings.length > SHOWN_FINDINGS ? [`… and ${findings.length - SHOWN_FINDINGS} more`] : [];
    return endingFor(first.reason, [...shown, ...more].join("; "));
  }
  await journal.done("gate", { output: { findings: 0 } });
  return undefined;
}

/** Either the branch is in the user's repository, or the attempt ends here. */
export type Publication = { readonly result: BranchResult } | { readonly ending: Ending };

/** Puts the checked commit into the user's repository as the task's branch. */
export async function publish(
  context: StepContext,
  change: Change & { readonly unconfined: boolean },
): Promise<Publication> {
  const { journal, deps, run, ref } = context;
  const { branch, base } = change.clone;
  const { commit } = change.harvest;
  const checks = checksOf(run).length;
  const how = change.unconfined ? { unconfined: true } : {};
  const result: BranchResult = { branch, commit, base, attempt: ref.attempt, checks, ...how };
  if (journal.output("publish") !== undefined) return { result };
  await journal.started("publish", "publishing");
  const published = await deps.workspace.publish({ project: run.project, branch, commit });
  if (published.kind === "refused") return { ending: endingFor(published.reason, published.detail) };
  await journal.done("publish", { output: { moved: published.moved } });
  return { result };
}
