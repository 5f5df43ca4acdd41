import { Octokit } from "@octokit/rest";
import { isOrchError, parseBranchName, parseCommitSha, parseTaskId, systemClock, unwrap, type Forge } from "@orch/core";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { beforeEach, expect, onTestFinished, test } from "vitest";

import { createGitHubForge, givenToken } from "../src/index.ts";

const REPOSITORY = "octo/sample";
const at = { owner: "octo", repo: "sample" };
const branch = unwrap(parseBranchName("gh-task-1-fix-it"));

const place = { github: {} as GitHubStandIn, issue: unwrap(parseTaskId("1")) };

beforeEach(async () => {
  place.github = await startGitHub({ user: "octo", people: { eve: "none", rita: "read" } });
  onTestFinished(() => place.github[Symbol.asyncDispose]());
  const { data } = await as("octo").issues.create({ ...at, title: "Fix it" });
  place.issue = unwrap(parseTaskId(String(data.number)));
});

function as(login: string): Octokit["rest"] {
  return new Octokit({ baseUrl: place.github.url, auth: place.github.tokenOf(login) }).rest;
}

function forgeOf(login: string, over: { readonly fork?: string } = {}): Forge {
  const access = givenToken(place.github.tokenOf(login));
  return createGitHubForge({
    repository: REPOSITORY,
    apiUrl: place.github.url,
    access,
    clock: systemClock,
    ...over,
  });
}

async function request(): Promise<Parameters<Forge["linkBranch"]>[0]> {
  const { data } = await as("octo").git.getRef({ ...at, ref: "heads/main" });
  return { issue: place.issue, branch, commit: unwrap(parseCommitSha(data.object.sha)) };
}

/** What the issue shows under "Development". */
async function shown(): Promise<readonly string[]> {
  const octokit = new Octokit({ baseUrl: place.github.url, auth: place.github.tokenOf("octo") });
  const query = `query ($number: Int!) { repository(owner: "octo", name: "sample") {
    issue(number: $number) { linkedBranches(first: 10) { nodes { ref { name } } } } } }`;
  const answer = await octokit.graphql<{
    repository: { issue: { linkedBranches: { nodes: readonly { ref: { name: string } }[] } } };
  }>(query, { number: Number(place.issue) });
  return answer.repository.issue.linkedBranches.nodes.map(({ ref }) => ref.name);
}

test("an issue shows the branch, also when GitHub's answer was lost, and shows it no more when it is gone", async () => {
  const forge = forgeOf("octo");
  let asked = 0;
  place.github.faults.decide(({ path }) => {
    asked += path === "/graphql" ? 1 : 0;
    return path === "/graphql" && asked === 2 ? { do: "cut", when: "after" } : undefined;
  });
  const wanted = await request();
  await expect(forge.linkBranch(wanted)).rejects.toSatisfy((error) => isOrchError(error, "forge_unreachable"));
  expect(await forge.linkBranch(wanted)).toBe(true);
  expect(asked, "a look and the link; then a look alone").toBe(3);
  expect(await shown()).toEqual([branch]);
  await forge.deleteBranch({ branch, expected: wanted.commit });
  expect(await shown()).toEqual([]);
});

test("all of it is housekeeping", async () => {
  const forge = forgeOf("octo");
  const wanted = await request();
  await forge.linkBranch(wanted);
  // Which repository it is, is asked at once, and for a minute not again.
  expect(forge.budget()).toMatchObject({ points: 2, sent: { dispatch: 1, status: 0, housekeeping: 2 } });
});

test("who may not write makes no branch", async () => {
  const wanted = await request();
  await expect(forgeOf("rita").linkBranch(wanted)).rejects.toSatisfy((error) => isOrchError(error, "forge_denied"));
  expect(await forgeOf("octo").branches(branch)).toEqual(new Map());
});

test("nothing is asked about a branch of a fork, or a task without an issue", async () => {
  const fork = forgeOf("eve", { fork: "eve/sample" });
  const wanted = await request();
  expect(await fork.linkBranch(wanted)).toBe(false);
  expect(await forgeOf("octo").linkBranch({ ...wanted, issue: unwrap(parseTaskId("int-1")) })).toBe(false);
  expect(fork.budget().used).toBe(0);
});
