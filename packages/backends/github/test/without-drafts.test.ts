import { Octokit } from "@octokit/rest";
import { parseBranchName, unwrap, type Forge, type PullRequest } from "@orch/core";
import { PEOPLE } from "@orch/testing";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { placeOf } from "../src/repository.ts";
import { forgeOn, ORCH, peopleOf } from "./bench.ts";

const REPOSITORY = `${PEOPLE.owner}/private`;
const branch = unwrap(parseBranchName("gh-task-1"));

test("where a plan has no drafts, a draft is an ordinary pull request that says so, until it is made ready", async () => {
  const standIn = await startGitHub({
    user: PEOPLE.owner,
    people: { [ORCH]: "write" },
    repositories: [
      { name: REPOSITORY, isPrivate: true, roles: { [ORCH]: "write" }, settings: { allow_drafts: false } },
    ],
  });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const forge = forgeOn(standIn, REPOSITORY);
  await peopleOf(standIn, REPOSITORY).push({ branch, files: { "a.txt": "a\n" } });
  const opened = await forge.openPullRequest({ branch, title: "Fix", body: "Fixes it.", draft: true });
  expect(opened).toMatchObject({ state: "open", draft: true });
  expect(await bodyOf(standIn, forge)).toMatch(
    /^<!-- orch:draft -->\n> \*\*A draft\.\*\* This repository takes no drafts.*\n\nFixes it\.$/,
  );
  expect(await forge.openPullRequest({ branch, title: "Fix", body: "Fixes it.", draft: true })).toMatchObject({
    number: opened.number,
  });

  await forge.editPullRequest({ number: opened.number, body: "Fixes it better." });
  expect(await seen(forge)).toEqual([true, true]);
  await forge.markReady(opened.number);
  expect(await bodyOf(standIn, forge)).toBe("Fixes it better.");
  expect(await seen(forge)).toEqual([false, false]);
  await forge.markReady(opened.number);
  await forge.editPullRequest({ number: opened.number, body: "Fixes it best." });
  expect(await seen(forge)).toEqual([false, false]);
});

/** Whether it is a draft: alone, and in the list. */
async function seen(forge: Forge): Promise<readonly (boolean | undefined)[]> {
  const alone: PullRequest | undefined = await forge.pullRequest(branch);
  const [listed] = await forge.openPulls();
  return [alone?.draft, listed?.draft];
}

/** The text as it is on GitHub, which is the port's where no draft is. */
async function bodyOf(standIn: GitHubStandIn, forge: Forge): Promise<string> {
  const [pull] = await forge.openPulls();
  const rest = new Octokit({ baseUrl: standIn.url, auth: standIn.tokenOf(PEOPLE.owner) }).rest;
  const { data } = await rest.pulls.get({ ...placeOf(REPOSITORY), pull_number: pull?.number ?? 0 });
  expect(pull?.body).toBe(data.body?.replace(/^<!-- orch:draft -->\n.*\n\n/, ""));
  return data.body ?? "";
}
