import { asRecord, asRecords, asString } from "../../model-server/wire/json-values.ts";
import { stringsOf, type Json } from "../http/api.ts";
import type { Repository } from "../state/repository.ts";

/** What a branch asks for by its protection and by rulesets together. */
export interface BranchAsks {
  readonly requiredChecks: readonly string[];
  readonly strict: boolean;
  readonly approvals: number;
  readonly dismissStale: boolean;
  /** Ways to merge that are allowed. */
  readonly methods: readonly string[];
}

const METHODS = ["merge", "squash", "rebase"];

/** The rules of the active rulesets that include a branch, as GitHub lists them. */
export function rulesFor(repository: Repository, branch: string): readonly Json[] {
  const names = new Set([
    "~ALL",
    `refs/heads/${branch}`,
    ...(branch === repository.defaultBranch ? ["~DEFAULT_BRANCH"] : []),
  ]);
  return [...repository.rulesets.values()]
    .filter((ruleset) => ruleset["enforcement"] === "active" && branchesOf(ruleset).some((name) => names.has(name)))
    .flatMap((ruleset) => asRecords(ruleset["rules"]).map((rule) => ({ ...rule, ...sourceOf(repository, ruleset) })));
}

function branchesOf(ruleset: Json): readonly string[] {
  return stringsOf(asRecord(asRecord(ruleset["conditions"])["ref_name"])["include"]);
}

function sourceOf({ fullName }: Repository, { id }: Json): Json {
  return { ruleset_source_type: "Repository", ruleset_source: fullName, ruleset_id: id };
}

/** What a branch asks for; `protection`: also by what administrators may pass. */
export function asksOf(repository: Repository, branch: string, protection: boolean): BranchAsks {
  const classic = protection ? repository.protections.get(branch) : undefined;
  const rules = rulesFor(repository, branch);
  const of = (type: string): readonly Json[] =>
    rules.filter((rule) => rule["type"] === type).map(({ parameters }) => asRecord(parameters));
  const [checks, pulls] = [of("required_status_checks"), of("pull_request")];
  const named = checks.flatMap((rule) => asRecords(rule["required_status_checks"]));
  const isLinear = of("required_linear_history").length > 0;
  return {
    requiredChecks: [...(classic?.requiredChecks ?? []), ...named.map(({ context }) => asString(context))],
    strict: classic?.strict === true || checks.some((rule) => rule["strict_required_status_checks_policy"] === true),
    approvals: Math.max(
      classic?.approvals ?? 0,
      ...pulls.map((rule) => Number(rule["required_approving_review_count"])),
    ),
    dismissStale:
      classic?.dismissStale === true || pulls.some((rule) => rule["dismiss_stale_reviews_on_push"] === true),
    methods: METHODS.filter(
      (method) =>
        !(isLinear && method === "merge") && pulls.every((rule) => allows(rule["allowed_merge_methods"], method)),
    ),
  };
}

function allows(methods: unknown, method: string): boolean {
  return methods === undefined || stringsOf(methods).includes(method);
}
