import type { Clock } from "@orch/core";

import type { GitHubClient } from "./client/client.ts";
import type { PlaceWatch } from "./place.ts";

/** The repository that all parts of a forge speak of. */
export interface Repository {
  readonly client: GitHubClient;
  readonly clock: Clock;
  /** `owner/name`. */
  readonly fullName: string;
  /** As Octokit wants it. */
  readonly at: { readonly owner: string; readonly repo: string };
  /** Where the branches of its pull requests are: the repository itself, or a fork of it. */
  readonly branchesAt: { readonly owner: string; readonly repo: string };
  /** Makes sure that the name still stands for it. */
  readonly place: PlaceWatch;
  /** The login of whom the token belongs to. */
  self(): Promise<{ readonly login: string; readonly id: number }>;
  /** GitHub's numbers of everybody as whom orch has spoken in it, `self` among them. */
  selves(): Promise<ReadonlySet<number>>;
}

/** A full name as Octokit wants it. */
export function placeOf(fullName: string): Repository["at"] {
  const [owner = "", repo = ""] = fullName.split("/");
  return { owner, repo };
}

/** True when branches go to a fork. */
export function isFork({ at, branchesAt }: Pick<Repository, "at" | "branchesAt">): boolean {
  return branchesAt.owner !== at.owner;
}

/** What a page of a list came with. */
interface Page<Row> {
  readonly data: readonly Row[];
  readonly headers: { readonly link?: string };
}

/** How many entries of a list one request brings. */
export const PER_PAGE = 100;

/** All entries of a list, page after page. */
export async function everyPage<Row>(
  ask: (page: { readonly page: number; readonly per_page: number }) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const { data, headers } = await ask({ page, per_page: PER_PAGE });
    rows.push(...data);
    if (headers.link?.includes('rel="next"') !== true) return rows;
  }
}
