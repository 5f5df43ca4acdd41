import type { Json } from "../http/api.ts";

/** A pull request beside its issue, which holds title, text, state, labels and people. */
export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  /** Full name of where the head is. */
  readonly headRepository: string;
  readonly headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  draft: boolean;
  state: "open" | "closed";
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  autoMerge: Json | null;
  closedAt: string | null;
  readonly reviewers: Set<string>;
  readonly reviews: Review[];
  readonly comments: ReviewComment[];
  /** Threads that are settled, by the id of their first comment. */
  readonly resolved: Set<number>;
}

/** A review. */
export interface Review {
  readonly id: number;
  readonly author: string;
  state: "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";
  body: string;
  readonly commit: string;
  submittedAt: string | undefined;
}

/** A comment on a line or file. */
export interface ReviewComment {
  readonly id: number;
  readonly review: number;
  readonly author: string;
  readonly path: string;
  readonly line: number | null;
  readonly startLine: number | null;
  readonly side: string;
  readonly subject: "line" | "file";
  readonly commit: string;
  readonly hunk: string;
  readonly inReplyTo: number | undefined;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}
