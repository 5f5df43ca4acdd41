import { Octokit } from "@octokit/rest";
import { parseBranchName, parseCommitSha, systemClock, unwrap, type Forge } from "@orch/core";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createGitHubForge, givenToken } from "../src/index.ts";
import { pushFiles } from "./push-files.ts";

const UPSTREAM = "octo/sample";
const FORK = "eve/sample";
const branch = unwrap(parseBranchName("gh-task-1-sample"));
const main = unwrap(parseBranchName("main"));
const words = { base: main, title: "Sample", body: "Text", draft: false };

async function github(): Promise<GitHubStandIn> {
  const standIn = await startGitHub({ user: "octo", people: { eve: "none" } });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  return standIn;
}

function forgeOf(standIn: GitHubStandIn, over: { readonly fork?: string; readonly repository?: string } = {}): Forge {
  const access = givenToken(standIn.tokenOf("eve"));
  const at = { repository: UPSTREAM, fork: FORK, ...over };
  return createGitHubForge({ ...at, apiUrl: standIn.url, access, clock: systemClock });
}

function as(standIn: GitHubStandIn, login: string): Octokit["rest"] {
  return new Octokit({ baseUrl: standIn.url, auth: standIn.tokenOf(login) }).rest;
}

const at = { owner: "octo", repo: "sample" };

test("a pull request comes from the fork, is opened once, and its branch is removed in the fork alone", async () => {
  const standIn = await github();
  await as(standIn, "eve").repos.createFork(at);
  const forge = forgeOf(standIn);
  const head = unwrap(
    parseCommitSha(await pushFiles(standIn.cloneUrl(FORK, "eve"), { branch, files: { "a.txt": "a\n" } })),
  );
  // Somebody's branch of the same name in the repository itself is another one.
  await pushFiles(standIn.cloneUrl(UPSTREAM, "octo"), { branch, files: { "b.txt": "b\n" } });
  await as(standIn, "octo").pulls.create({ ...at, head: branch, base: "main", title: "Theirs" });

  expect(await forge.pullRequest(branch)).toBeUndefined();
  const pull = await forge.openPullRequest({ branch, ...words });
  expect(pull).toMatchObject({ head, branch, state: "open", author: { login: "eve" } });
  expect(await forge.openPullRequest({ branch, ...words })).toMatchObject({ number: pull.number });
  expect(await forge.pullRequest(branch)).toMatchObject({ number: pull.number });
  const { data } = await as(standIn, "octo").pulls.get({ ...at, pull_number: pull.number });
  expect(data).toMatchObject({ head: { label: `eve:${branch}` }, maintainer_can_modify: true });

  const merge = { number: pull.number, expected: head, method: "squash", title: "Sample", message: "" } as const;
  await expect(forge.merge(merge)).rejects.toMatchObject({ code: "forge_denied", retryable: false });
  await as(standIn, "octo").pulls.merge({ ...at, pull_number: pull.number });
  expect(await forge.deleteBranch({ branch, expected: head })).toBe(true);
  const heads = { ref: `heads/${branch}` };
  expect((await as(standIn, "eve").git.listMatchingRefs({ owner: "eve", repo: "sample", ...heads })).data).toEqual([]);
  expect((await as(standIn, "octo").git.listMatchingRefs({ ...at, ...heads })).data).toHaveLength(1);
});

test("whose role is not told is nobody, but for the owner", async () => {
  const standIn = await github();
  const forge = forgeOf(standIn);
  expect(await Promise.all(["Octo", "eve"].map((login) => forge.roleOf(login)))).toEqual(["admin", "none"]);
});

test("branches go to a fork of the very repository only", async () => {
  const standIn = await github();
  const forge = forgeOf(standIn);
  await expect(forge.remote()).rejects.toMatchObject({ code: "forge_missing" });
  await as(standIn, "eve").repos.createFork(at);
  expect(await forge.remote()).toMatchObject({
    url: `${standIn.url}/${UPSTREAM}.git`,
    forkUrl: `${standIn.url}/${FORK}.git`,
  });
  const other = forgeOf(standIn, { repository: FORK, fork: UPSTREAM });
  await expect(other.remote()).rejects.toMatchObject({ code: "forge_refused" });
});

test("an App can't work through a fork", async () => {
  const standIn = await startGitHub({ user: "octo", app: { id: 7, slug: "orch", permissions: {} } });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const { privateKey = "" } = standIn.app ?? {};
  const access = { appId: 7, privateKey: async () => privateKey };
  const given = { repository: UPSTREAM, fork: FORK, apiUrl: standIn.url, access, clock: systemClock };
  await expect(createGitHubForge(given).remote()).rejects.toMatchObject({ code: "forge_denied" });
});
