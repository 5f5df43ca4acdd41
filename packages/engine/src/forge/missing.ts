import type {
  BranchRules,
  Forge,
  ForgeCheck,
  ForgeChecks,
  MissingForMerge,
  PullRequest,
  RequiredCheck,
} from "@orch/core";

/** What is known of an open pull request. */
export interface KnownOfPull {
  readonly pull: PullRequest;
  readonly checks: ForgeChecks;
  /** How many people approve of its head. */
  readonly approvals: number;
}

/** What the rules of its base ask for and a pull request has not got; undefined: nothing. */
export async function missingForMerge(forge: Forge, known: KnownOfPull): Promise<MissingForMerge | undefined> {
  const { base } = known.pull;
  const missing = missingBy(await forge.rules(base), known);
  // The forge would merge it: its rules are not those of some minutes ago.
  if (missing === undefined || !isLetThrough(known.pull)) return missing;
  return missingBy(await forge.rules(base, { fresh: true }), known);
}

function missingBy(rules: BranchRules, { pull, checks, approvals }: KnownOfPull): MissingForMerge | undefined {
  const isMet = isLetThrough(pull);
  // What the token may not see is there all the same, where the forge says that nothing is missing.
  const absent =
    isMet && checks.partial === true ? [] : rules.checks.filter((rule) => !isReported(rule, checks.checks));
  // Approvals of an earlier head count for some branches: their forge knows.
  const wanted = isMet ? 0 : Math.max(0, rules.approvals - approvals);
  if (absent.length === 0 && wanted === 0) return undefined;
  return { checks: [...new Set(absent.map(({ name }) => name))], approvals: wanted };
}

function isReported({ name, app }: RequiredCheck, checks: readonly ForgeCheck[]): boolean {
  return checks.some(
    (check) => (check.context ?? check.name) === name && (app === undefined || (check.app ?? app) === app),
  );
}

/** Whether the forge says that its rules are met: of a draft, and of what its base left behind, it says something else. */
function isLetThrough({ blocked, draft, behind }: PullRequest): boolean {
  return blocked === false && !draft && !behind;
}
