import {
  isOrchError,
  mergeMethods,
  type BranchName,
  type BranchRules,
  type Forge,
  type RequiredCheck,
} from "@orch/core";

import { everyPage, type Repository } from "../repository.ts";

/** Rules change seldom, and a refused merge has them read anew. */
const KEPT_MS = 10 * 60_000;

/** What branches ask for before anything is merged into them. */
export interface Rules {
  readonly of: Forge["rules"];
  /** Takes note of what GitHub said against a merge: what it asks for may be shown to nobody who only writes. */
  refused(base: string, said: string): void;
}

interface Kept {
  readonly rules: BranchRules;
  readonly until: number;
}

/** Reads rulesets, which everybody who may read sees, and what a classic protection shows to those. */
export function rulesOf(repository: Repository): Rules {
  const kept = new Map<string, Kept>();
  const told = new Map<string, number>();
  const now = (): number => repository.clock.now();
  return {
    async of(base, { fresh = false } = {}) {
      const known = kept.get(base);
      const isGood = known !== undefined && known.until > now() && !fresh;
      const rules = isGood ? known.rules : await readRules(repository, base);
      if (!isGood) kept.set(base, { rules, until: now() + KEPT_MS });
      return { ...rules, approvals: Math.max(rules.approvals, told.get(base) ?? 0) };
    },
    refused(base, said) {
      kept.delete(base);
      const approvals = Number(/at least (\d+) approving review/i.exec(said)?.[1] ?? 0);
      if (approvals > 0) told.set(base, approvals);
    },
  };
}

async function readRules(repository: Repository, base: BranchName): Promise<BranchRules> {
  const { client, at } = repository;
  const rules = await rowsOf(repository, base);
  const { data } = await client.rest("dispatch").repos.get(at);
  const checks = [...rules.flatMap(checksIn), ...(await classicChecks(repository, base))];
  const pulls = rules.flatMap((rule) => (rule.type === "pull_request" ? (rule.parameters ?? []) : []));
  const isLinear = rules.some(({ type }) => type === "required_linear_history");
  const allowed = { squash: data.allow_squash_merge, rebase: data.allow_rebase_merge, merge: data.allow_merge_commit };
  return {
    checks: [...new Map(checks.map((check) => [`${check.app ?? ""} ${check.name}`, check])).values()],
    approvals: Math.max(0, ...pulls.map(({ required_approving_review_count: count }) => count)),
    methods: mergeMethods.filter(
      (method) =>
        // Shown to those alone who may write.
        allowed[method] !== false &&
        !(isLinear && method === "merge") &&
        pulls.every(({ allowed_merge_methods: methods }) => methods?.includes(method) !== false),
    ),
  };
}

type Rule = Awaited<ReturnType<ReturnType<Repository["client"]["rest"]>["repos"]["getBranchRules"]>>["data"][number];

function checksIn(rule: Rule): readonly RequiredCheck[] {
  if (rule.type !== "required_status_checks") return [];
  return (rule.parameters?.required_status_checks ?? []).map(({ context, integration_id: app }) =>
    requiredCheck(context, app),
  );
}

function requiredCheck(name: string, app: number | null | undefined): RequiredCheck {
  // GitHub writes -1 for any.
  return app === null || app === undefined || app < 0 ? { name } : { name, app };
}

async function rowsOf({ client, at }: Repository, branch: BranchName): Promise<readonly Rule[]> {
  const rest = client.rest("dispatch");
  return orNone(everyPage((page) => rest.repos.getBranchRules({ ...at, branch, ...page })));
}

async function classicChecks({ client, at }: Repository, branch: BranchName): Promise<readonly RequiredCheck[]> {
  const rest = client.rest("dispatch");
  return orNone(
    rest.repos.getBranch({ ...at, branch }).then(({ data: { protection } }) => {
      const { checks = [], contexts = [] } = protection?.required_status_checks ?? {};
      const named = new Set(checks.map(({ context }) => context));
      return [
        ...checks.map(({ context, app_id: app }) => requiredCheck(context, app)),
        ...contexts.filter((context) => !named.has(context)).map((name) => ({ name })),
      ];
    }),
  );
}

/** A plan or a server without such rules has none of them, and a token that may not read them waits for none. */
async function orNone<Row>(rows: Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await rows;
  } catch (error) {
    if (isOrchError(error, "forge_missing") || isOrchError(error, "forge_denied")) return [];
    throw error;
  }
}
