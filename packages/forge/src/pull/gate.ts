import {
  provesCommit,
  type Attempt,
  type CommitSha,
  type GradingRules,
  type PullSettings,
  type Receipt,
  type RoutingSettings,
  type Task,
} from "@orch/core";

import { markdownTable, shownLine, type Neutralise } from "../text/shown-text.ts";

/** What a result lacks to be done by the definition, each with its meaning (seed row C58). */
export const gateCodes = {
  missing_contract: "The task has no text that a result could be held against.",
  missing_digest: "The attempt was not graded.",
  digest_load_error: "The attempt's digest can't be read.",
  runtime_not_pass: "The attempt did not pass.",
  runtime_not_runtime_success: "The attempt was graded otherwise than as a pass.",
  preflight_not_ok: "Nothing shows that the attempt began from a commit and gave one.",
  safety_violation_present: "The agent ran commands that it may not.",
  insufficient_test_evidence: "Too few checks prove exactly this commit.",
  failed_test_commands_present: "A test that the agent ran failed the last time.",
  changed_files_budget_exceeded: "More files changed than policy.max_changed_files.",
  added_lines_budget_exceeded: "More lines were added than policy.max_added_lines.",
  skills_mode_mismatch: "The agent was given other skills than policy.skills_mode lets it have.",
  missing_required_skills: "The agent was not given a skill that is required.",
} as const;

/** One of the codes. */
export type GateCode = keyof typeof gateCodes;

/** What a person should know about a result that is done all the same (seed row C59). */
export const gateWarnings = {
  semantic_no_test_infra_override: "The project has no tests; the change passed without.",
  failed_test_commands_observed_but_converged: "Tests failed while the agent worked, and passed in the end.",
} as const;

/** One of the warnings. */
export type GateWarning = keyof typeof gateWarnings;

/** What the definition of done is evaluated on. */
export interface GateFacts {
  readonly task: Pick<Task, "body">;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  /** Absent: the project has no policy. */
  readonly rules?: GradingRules;
  /** Which skills the project gives its agents; absent: nobody says. */
  readonly skills?: Pick<RoutingSettings, "skillsMode" | "requiredSkills" | "defaultSkills">;
  /** True: there is a digest, and it can't be read. */
  readonly unreadableDigest?: boolean;
}

/** Whether a result is done by the definition, and what follows. */
export interface GateResult {
  readonly failed: readonly GateCode[];
  readonly warnings: readonly GateWarning[];
  /** True: a person has to look before it goes on. */
  readonly blocks: boolean;
}

/** Evaluates the definition of done (U17). Always evaluated; only the mode `enforce` blocks. */
export function evaluateGate(facts: GateFacts, { mode }: { readonly mode: PullSettings["gate"] }): GateResult {
  const failures: Readonly<Record<GateCode, boolean>> = {
    missing_contract: facts.task.body.trim() === "",
    missing_digest: facts.attempt.grade === undefined && facts.unreadableDigest !== true,
    digest_load_error: facts.unreadableDigest === true,
    ...ofAttempt(facts.attempt),
    ...ofEvidence(facts),
    ...ofSkills(facts),
  };
  const failed = (Object.keys(gateCodes) as GateCode[]).filter((code) => failures[code]);
  return { failed, warnings: warningsOf(facts), blocks: mode === "enforce" && failed.length > 0 };
}

type AttemptCode = "runtime_not_pass" | "runtime_not_runtime_success" | "preflight_not_ok" | "safety_violation_present";

function ofAttempt({ verdict, grade, baseCommit, commit, activity }: Attempt): Readonly<Record<AttemptCode, boolean>> {
  return {
    runtime_not_pass: verdict?.kind !== "pass",
    runtime_not_runtime_success: grade !== undefined && grade.outcome !== "pass",
    preflight_not_ok: baseCommit === undefined || commit === undefined,
    safety_violation_present: (activity?.breaches ?? []).length > 0,
  };
}

type EvidenceCode =
  | "insufficient_test_evidence"
  | "failed_test_commands_present"
  | "changed_files_budget_exceeded"
  | "added_lines_budget_exceeded";

function ofEvidence({ attempt, receipts, rules }: GateFacts): Readonly<Record<EvidenceCode, boolean>> {
  const { commit, diff, activity, semantic } = attempt;
  const proven = receipts.filter((receipt) => commit !== undefined && provesCommit(receipt, commit)).length;
  const budget = rules === undefined || rules.diffBudget === "off" ? undefined : rules;
  return {
    insufficient_test_evidence: proven < Math.max(1, rules?.minChecks ?? 0) && semantic?.accepted !== true,
    failed_test_commands_present: (activity?.tests ?? []).some(
      ({ failures, passedLast, known }) => failures > 0 && passedLast !== true && known !== true,
    ),
    changed_files_budget_exceeded: budget !== undefined && (diff?.files.length ?? 0) > budget.maxChangedFiles,
    added_lines_budget_exceeded: budget !== undefined && (diff?.added ?? 0) > budget.maxAddedLines,
  };
}

type SkillCode = "skills_mode_mismatch" | "missing_required_skills";

function ofSkills({ attempt, skills }: GateFacts): Readonly<Record<SkillCode, boolean>> {
  const { skillsMode: mode, requiredSkills = [], defaultSkills = [] } = skills ?? {};
  const given = attempt.assignment.skills ?? [];
  const fixed = mode === "off" ? [] : [...requiredSkills, ...defaultSkills];
  const isFixed = mode === "off" || mode === "agentpr";
  return {
    skills_mode_mismatch: isFixed && given.some((skill) => !fixed.includes(skill)),
    missing_required_skills: mode !== "off" && requiredSkills.some((skill) => !given.includes(skill)),
  };
}

function warningsOf({ attempt }: GateFacts): readonly GateWarning[] {
  const converged = (attempt.activity?.tests ?? []).some(
    ({ failures, passedLast }) => failures > 0 && passedLast === true,
  );
  return [
    ...(attempt.grade?.basis === "no_tests_but_validated" ? (["semantic_no_test_infra_override"] as const) : []),
    ...(converged ? (["failed_test_commands_observed_but_converged"] as const) : []),
  ];
}

/**
 * The definition of done in a pull request's text: what people read, and a line that only programs see, about exactly
 * this commit. `orch init --gate` writes a workflow that reads it.
 */
export function evidenceBlock(
  { failed, warnings }: GateResult,
  { neutral, commit }: { readonly neutral: Neutralise; readonly commit: CommitSha | undefined },
): string {
  const rows = [
    ...failed.map((code) => ["❌", `\`${code}\``, shownLine(gateCodes[code], { neutral })]),
    ...warnings.map((code) => ["⚠️", `\`${code}\``, shownLine(gateWarnings[code], { neutral })]),
  ];
  const mark =
    commit === undefined ? "" : `<!-- orch-gate: ${commit} ${failed.length === 0 ? "pass" : failed.join(",")} -->`;
  const table = rows.length === 0 ? "" : `#### Definition of done\n\n${markdownTable(["", "code", "meaning"], rows)}`;
  return [table, mark].filter((part) => part !== "").join("\n\n");
}
