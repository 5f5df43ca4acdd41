import { provesCommit, type Attempt, type Grade, type GradingRules, type Receipt, type Verdict } from "@orch/core";

import { overBudget } from "./judge.ts";
import { failedTests } from "./test-runs.ts";

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
    ...basisOf(attempt, verdict),
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
    testCommands: activity?.tests?.length ?? 0,
    failedTests: (activity?.tests ?? []).filter(({ failures }) => failures > 0).length,
  };
}

function basisOf({ semantic, activity }: Attempt, verdict: Verdict): Pick<Grade, "basis"> {
  if (verdict.kind !== "pass") return {};
  if (semantic?.accepted === true) return { basis: "no_tests_but_validated" };
  if (failedTests(activity?.tests).length > 0) return { basis: "recovered_test_failures" };
  const known = activity?.tests?.some(({ failures, known: expected }) => failures > 0 && expected === true);
  return known === true ? { basis: "known_test_failures" } : {};
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
  const conduct = (attempt.activity?.breaches ?? []).map(
    ({ command, pattern }) => `Against the policy (${pattern}): ${command}`,
  );
  if (verdict.kind !== "pass") return [...known, ...conduct];
  const failed = evidence.failedCommands;
  return [
    ...known,
    ...(receipts.length === 0 ? ["No check proves the change."] : []),
    ...(attempt.semantic === undefined ? [] : [attempt.semantic.why]),
    ...knownFailures(attempt),
    ...(failed > 0 ? [failedOnTheWay(failed, receipts.length)] : []),
  ];
}

function knownFailures({ activity }: Attempt): readonly string[] {
  const known = (activity?.tests ?? []).filter((run) => run.known === true && run.failures > 0);
  return known.map(({ command }) => `Known to fail, and failed: ${command}`);
}

function failedOnTheWay(failed: number, checks: number): string {
  const end = checks === 0 ? "" : "; the checks passed at the end";
  return `${failed} programs failed on the way${end}.`;
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
