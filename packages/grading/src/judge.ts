import {
  provesCommit,
  type Activity,
  type Attempt,
  type GradingRules,
  type Reason,
  type Receipt,
  type TestRun,
} from "@orch/core";

import { failedTests, openFailures } from "./test-runs.ts";

const SHOWN = 3;

/** What speaks against an attempt. */
export interface Objection {
  readonly reason: Reason;
  /** One sentence for people. */
  readonly detail: string;
  /** What the next attempt should know. */
  readonly lesson?: string;
}

/** What is over the project's policy, one sentence each (seed row C48). */
export function overBudget({ diff }: Pick<Attempt, "diff">, rules: GradingRules): readonly string[] {
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

/** What an agent did that it may not, whatever came of its work; undefined: nothing (seed rows C44, C45). */
export function judgeConduct(activity: Pick<Activity, "breaches"> | undefined): Objection | undefined {
  const breaches = activity?.breaches ?? [];
  const forbidden = breaches.filter(({ kind }) => kind === "forbidden");
  const told = forbidden.length > 0 ? forbidden : breaches;
  if (told.length === 0) return undefined;
  const commands = told.slice(0, SHOWN).map(({ command, pattern }) => `\`${command}\` (${pattern})`);
  const more = told.length > SHOWN ? `, and ${told.length - SHOWN} more` : "";
  return {
    reason: forbidden.length > 0 ? "safety_violation" : "agent_push_disallowed",
    detail: `The agent ran ${commands.join(", ")}${more}.`,
    lesson: `These commands are not yours to run: ${commands.join(", ")}${more}. Do without them, or say what you need.`,
  };
}

/** What the policy has against a change that passed everything else; undefined: nothing (seed rows C46–C48, C53). */
export function judgePolicy(
  attempt: Pick<Attempt, "diff" | "activity" | "semantic">,
  { rules, receipts }: { readonly rules: GradingRules | undefined; readonly receipts: readonly Receipt[] },
): Objection | undefined {
  if (rules === undefined) return undefined;
  const { activity, semantic } = attempt;
  const failing =
    rules.failedTests === "strict" ? failedTests(activity?.tests) : openFailures(activity?.tests, { rules, receipts });
  if (failing.length > 0) return testsFailed(failing);
  const proven = receipts.filter((receipt) => provesCommit(receipt, receipt.commit)).length;
  if (proven < rules.minChecks && semantic?.accepted !== true) {
    const asked = semantic === undefined ? "" : ` ${semantic.why}`;
    const detail = `${proven} checks prove the change; policy.min_checks is ${rules.minChecks}.${asked}`;
    return { reason: "missing_evidence", detail };
  }
  const over = overBudget(attempt, rules);
  return rules.diffBudget === "enforce" && over.length > 0
    ? { reason: "diff_budget_exceeded", detail: over.join(" ") }
    : undefined;
}

function testsFailed(failing: readonly TestRun[]): Objection {
  const shown = failing
    .slice(0, SHOWN)
    .map(({ command, runs, failures }) => `\`${command}\` (${failures} of ${runs} runs)`);
  const more = failing.length > SHOWN ? `, and ${failing.length - SHOWN} more` : "";
  return {
    reason: "test_command_failed",
    detail: `Tests failed that the agent ran: ${shown.join(", ")}${more}.`,
    lesson: `You ran tests that failed: ${shown.join(", ")}${more}. Repair them, and run the same commands again.`,
  };
}
