import type { Octokit } from "@octokit/rest";
import type { ForgePeople } from "@orch/testing";

type Rest = Octokit["rest"];
type Ruleset = NonNullable<Parameters<Rest["repos"]["createRepoRuleset"]>[0]>;

/** The ruleset of the default branch, as its owner writes it; one for each repository. */
export function rulesetOf(rest: Rest, at: { readonly owner: string; readonly repo: string }): ForgePeople["rule"] {
  let known: number | undefined;
  return async (rules) => {
    const written = { ...at, ...rulesetFor(rules) };
    if (known === undefined) known = (await rest.repos.createRepoRuleset(written)).data.id;
    else await rest.repos.updateRepoRuleset({ ...written, ruleset_id: known });
  };
}

function rulesetFor({
  checks = [],
  approvals = 0,
  methods,
}: Parameters<ForgePeople["rule"]>[0]): Pick<Ruleset, "name" | "target" | "enforcement" | "conditions" | "rules"> {
  const pulls = {
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_approving_review_count: approvals,
    required_review_thread_resolution: false,
    ...(methods === undefined ? {} : { allowed_merge_methods: [...methods] }),
  };
  const required = {
    required_status_checks: checks.map((context) => ({ context })),
    strict_required_status_checks_policy: false,
  };
  return {
    name: "main",
    target: "branch",
    enforcement: "active",
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      { type: "pull_request", parameters: pulls },
      ...(checks.length === 0 ? [] : [{ type: "required_status_checks" as const, parameters: required }]),
    ],
  };
}
