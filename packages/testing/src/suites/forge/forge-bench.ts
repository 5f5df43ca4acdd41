import {
  isOrchError,
  parseBranchName,
  unwrap,
  type BranchName,
  type CommitSha,
  type Forge,
  type PullRequest,
} from "@orch/core";
import { expect } from "vitest";

import { MAIN, type ForgePeople } from "../../forge/forge-people.ts";

/** A forge with one commit on `main` and the people of `PEOPLE`; orch's token is nobody of them. */
export interface ForgeBench {
  readonly forge: Forge;
  readonly people: ForgePeople;
  /** The next write fails: it is not done, or it is done and its answer is lost. */
  lose(when: "before" | "after"): void;
  /** The next request is refused because a limit is reached. */
  refuse(): void;
}

/** Makes a bench. */
export type MakeForge = () => Promise<ForgeBench>;

/** The branch that cases work on. */
export const BRANCH: BranchName = unwrap(parseBranchName("gh-task-1-fix"));

/** The pull request that cases ask for. */
export const REQUEST = { branch: BRANCH, base: MAIN, title: "Fix it", body: "As asked.", draft: false } as const;

/** Pushes a change and opens the pull request of it. */
export async function openedPull({ forge, people }: ForgeBench): Promise<PullRequest> {
  await people.push({ branch: BRANCH, files: { "fix.txt": "one\ntwo\n" } });
  return forge.openPullRequest(REQUEST);
}

/** Does a write whose answer is lost, then again: the caller finds what the first one made. */
export async function twice<Value>(bench: ForgeBench, write: () => Promise<Value>): Promise<Value> {
  bench.lose("after");
  await expect(write()).rejects.toSatisfy((error) => isOrchError(error, "forge_unreachable"));
  return write();
}

/** The pull request as the forge shows it now, its head at this commit. */
export async function pullAt(forge: Forge, number: number): Promise<PullRequest & { readonly head: CommitSha }> {
  const pull = await forge.pullRequestBy(number);
  if (pull === undefined) expect.fail(`there is no pull request ${number}`);
  return pull;
}
