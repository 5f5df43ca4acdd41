import { provesCommit, type Attempt, type Grade, type GradingRules, type Receipt, type Verdict } from "@orch/core";

import { endingFor, type Ending } from "./ending.ts";

/** What is over the project's policy, one sentence each (seed row C48). */
function overBudget(attempt: Attempt, rules: GradingRules): readonly string[] {
  const { diff } = attempt;
  if (diff === undefined || rules.diffBudget === "off") return [];
  return [
    ...(diff.files.length > rules.maxChangedFiles
      ? [`${diff.files.length} files changed; policy.max_changed_files is ${rules.maxChangedFiles}.`]
      : []),
    ...(diff.added > rules.maxAddedLines
      ? [`${diff.added} lines added; policy.max_added_lines is ${rules.maxAddedLines}.`]
      : []),
  ];
}

/** What the policy has against a change that passed everything else; undefined: nothing (seed rows C47, C48). */
export function judgePolicy(
  attempt: Attempt,
  { rules, receipts }: { readonly rules: GradingRules | undefined; readonly receipts: readonly Receipt[] },
): Ending | undefined {
  if (rules === undefined) return undefined;
  const proven = receipts.filter((receipt) => provesCommit(receipt, receipt.commit)).length;
  if (proven < rules.minChecks) {
    return endingFor("missing_evidence", `${proven} checks prove the change; policy.min_checks is ${rules.minChecks}.`);
  }
  const over = overBudget(attempt, rules);
  return rules.diffBudget === "enforce" && over.length > 0
    ? endingFor("diff_budget_exceeded", over.join(" "))
    : undefined;
}

/** What an attempt is worth, from its record and its receipts alone: no model is asked (seed rows C52, C55–C59). */
export function gradeOf(
  attempt: Attempt,
  told: { readonly verdict: Verdict; readonly receipts: readonly Receipt[]; readonly rules: GradingRules | undefined },
): Grade {
  const { verdict, receipts } = told;
  const evidence = evidenceOf(attempt, receipts);
  return {
    outcome: verdict.kind === "pass" ? "pass" : verdict.reason,
    nextAction: NEXT[verdict.kind],
    evidence,
    notes: notesOn(attempt, { ...told, evidence }),
    insight: insightOf(verdict, evidence),
  };
}

function evidenceOf({ diff, activity }: Attempt, receipts: readonly Receipt[]): Grade["evidence"] {
  const passed = receipts.filter((receipt) => provesCommit(receipt, receipt.commit)).length;
  return {
    checksPassed: passed,
    checksFailed: receipts.length - passed,
    changedFiles: diff?.files.length ?? 0,
    addedLines: diff?.added ?? 0,
    commands: activity?.commands ?? 0,
    failedCommands: activity?.failedCommands ?? 0,
  };
}

function notesOn(
  attempt: Attempt,
  told: {
    readonly verdict: Verdict;
    readonly receipts: readonly Receipt[];
    readonly rules: GradingRules | undefined;
    readonly evidence: Grade["evidence"];
  },
): readonly string[] {
  const { verdict, receipts, rules, evidence } = told;
  const known = [...(attempt.warnings ?? []), ...(rules === undefined ? [] : overBudget(attempt, rules))];
  if (verdict.kind !== "pass") return known;
  const failed = evidence.failedCommands;
  return [
    ...known,
    ...(receipts.length === 0 ? ["No check proves the change."] : []),
    ...(failed > 0 ? [`${failed} programs failed on the way; the checks passed at the end.`] : []),
  ];
}

const NEXT = { pass: "advance", retryable: "retry", human: "escalate" } as const;

function insightOf(verdict: Verdict, evidence: Grade["evidence"]): string {
  const { checksPassed, checksFailed, changedFiles, addedLines } = evidence;
  const proof =
    checksPassed + checksFailed === 0
      ? "no checks ran"
      : `${checksPassed} of ${checksPassed + checksFailed} checks passed`;
  const size = changedFiles === 0 ? "nothing changed" : `${changedFiles} files changed, ${addedLines} lines added`;
  const end = verdict.kind === "pass" ? "Passed" : `Ended with ${verdict.reason}`;
  const next = { pass: "ready to go on", retryable: "will be tried again", human: "a person has to look" }[
    verdict.kind
  ];
  return `${end}: ${size}, ${proof}; ${next}.`;
}
