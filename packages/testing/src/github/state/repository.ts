import type { CheckRun, CommitStatus, WorkflowRun } from "../checks/records.ts";
import type { BareRepository } from "../git/bare-repository.ts";
import type { Json } from "../http/api.ts";
import type { Pull } from "../pulls/pull.ts";

/** What a person may do in a repository, weakest first. */
export const ROLES = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** The protection of one branch. */
export interface Protection {
  /** Contexts of statuses or names of check runs that must be green. */
  readonly requiredChecks: readonly string[];
  /** The head must contain the base's newest commit. */
  readonly strict: boolean;
  /** Approvals that are needed; 0 asks for none. */
  readonly approvals: number;
  /** A push makes earlier approvals void. */
  readonly dismissStale: boolean;
  /** Administrators are bound too. */
  readonly enforceAdmins: boolean;
}

/** Somebody labelled an issue or a pull request, closed it or opened it again, or edited its words. */
export interface IssueAct {
  readonly number: number;
  /** `edited` with `comment`: that comment. */
  readonly what: "labelled" | "renamed" | "edited" | "uncommented" | "closed" | "reopened";
  readonly comment?: number;
  readonly label?: Json;
  readonly by: string;
  readonly at: string;
}

/** One repository: what `emulate` does not keep for us. */
export interface Repository {
  readonly id: number;
  /** It may be transferred, and renamed. */
  owner: string;
  name: string;
  fullName: string;
  ownerIsOrganization: boolean;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  /** The full name of what this is a fork of. */
  readonly forkOf: string | undefined;
  readonly git: BareRepository;
  /** Settings that change: `delete_branch_on_merge` and the ways to merge. */
  readonly settings: Json;
  readonly roles: Map<string, Role>;
  readonly pulls: Map<number, Pull>;
  readonly protections: Map<string, Protection>;
  /** By their ids, as they are shown. */
  readonly rulesets: Map<number, Json>;
  /** Reactions by what they are on: `issue:3`, `comment:7`, `review-comment:9`. */
  readonly reactions: Map<string, Json[]>;
  /** Numbers of an issue's children, in their order. */
  readonly subIssues: Map<number, number[]>;
  /** Numbers of the issues that block an issue. */
  readonly blockedBy: Map<number, number[]>;
  /** The branches that an issue shows as those in which it is worked on. */
  readonly linkedBranches: Map<number, string[]>;
  /** Oldest first. */
  readonly acts: IssueAct[];
  /** Newest last. */
  readonly statuses: CommitStatus[];
  readonly checkRuns: CheckRun[];
  readonly workflowRuns: WorkflowRun[];
}

/** Whether a role reaches another. */
export function reaches(has: Role, needed: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needed);
}
