/** A check that has to succeed before anything is merged into a branch. */
export interface RequiredCheck {
  readonly name: string;
  /** The forge's own number of the program that has to report it; absent: anybody. */
  readonly app?: number;
}

/** Every way to merge, for lists of choices: the ones that orch would rather use first. */
export const mergeMethods = ["squash", "merge", "rebase"] as const;

/** How a pull request becomes part of its base. */
export type MergeMethod = (typeof mergeMethods)[number];

/** What has to be there before a forge merges anything into a branch. */
export interface BranchRules {
  readonly checks: readonly RequiredCheck[];
  /** How many people have to approve; 0: nobody, or the forge does not tell. */
  readonly approvals: number;
  /** The ways to merge that branch and repository allow. */
  readonly methods: readonly MergeMethod[];
}
