import type { Attempt, GradingRules, Receipt, SemanticGrade } from "@orch/core";

const MOST_FILES = 8;
const MOST_LINES = 240;
const LONGEST_WHY = 300;

/** What a model answers that is asked whether a change may pass without checks. */
export const opinionSchema = {
  type: "object",
  properties: { accept: { type: "boolean" }, reason: { type: "string" } },
  required: ["accept", "reason"],
  additionalProperties: false,
} as const;

/**
 * True when checks are missing because there is nothing to run: no check of the project or the task, and no test that
 * the agent found. Only then may anything but receipts decide (seed row C53).
 */
export function lacksTests(
  { activity }: Pick<Attempt, "activity">,
  { rules, receipts }: { readonly rules: GradingRules; readonly receipts: readonly Receipt[] },
): boolean {
  return rules.mode !== "rules" && rules.minChecks > 0 && receipts.length === 0 && (activity?.tests ?? []).length === 0;
}

/** What the facts say: a linter or type checker passed, and the change is small. */
export function opinionByFacts({ activity, diff }: Pick<Attempt, "activity" | "diff">): SemanticGrade {
  const validated = activity?.validated ?? [];
  const [files, lines] = [diff?.files.length ?? 0, diff?.added ?? 0];
  const by = "facts";
  if (validated.length === 0)
    return { by, accepted: false, why: "The agent ran no linter or type checker that passed." };
  if (files > MOST_FILES || lines > MOST_LINES) {
    const why = `${files} files and ${lines} added lines are too many without a test.`;
    return { by, accepted: false, why };
  }
  return { by, accepted: true, why: `There are no tests; passed: ${validated.join(", ")}.` };
}

/** What a model said; undefined: that can't be read. */
export function opinionOfModel(value: unknown): SemanticGrade | undefined {
  if (typeof value !== "object" || value === null || !("accept" in value) || !("reason" in value)) return undefined;
  const { accept, reason } = value;
  if (typeof accept !== "boolean" || typeof reason !== "string") return undefined;
  return { by: "model", accepted: accept, why: reason.replaceAll(/\s+/g, " ").slice(0, LONGEST_WHY) };
}
