import { parseCommitSha, systemClock, unwrap } from "@orch/core";
import { startGitHub } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createGitHubForge, givenToken } from "../src/index.ts";

test("with a token that may not read check runs, the jobs of workflows say what can be known", async () => {
  const github = await startGitHub({ user: "octo" });
  onTestFinished(() => github[Symbol.asyncDispose]());
  github.faults.decide(({ path }) => (path.includes("/check-runs") ? { do: "status", status: 403 } : undefined));
  const access = givenToken(github.token);
  const forge = createGitHubForge({ repository: "octo/sample", apiUrl: github.url, access, clock: systemClock });
  const response = await fetch(`${github.url}/repos/octo/sample/commits/main`, {
    headers: { authorization: `token ${github.token}` },
  });
  const commit = unwrap(parseCommitSha(((await response.json()) as { sha: string }).sha));
  expect(await forge.checks(commit)).toEqual({ state: "none", checks: [], partial: true });

  const log = "one test fails\n";
  const job = await github.finishCi("octo/sample", commit, { job: "test", conclusion: "failure", log });
  await github.finishCi("octo/sample", commit, { job: "lint", conclusion: "success" });
  const { state, checks } = await forge.checks(commit);
  expect(state).toBe("failing");
  expect(checks.map(({ name, state: one }) => `${name} ${one}`).toSorted()).toEqual(["lint passing", "test failing"]);
  expect(checks.find(({ name }) => name === "test")?.job).toBe(job);
  expect(await forge.jobLog({ job, maxBytes: 1000 })).toContain("one test fails");
  expect(github.requests().filter(({ path }) => path.includes("/check-runs"))).toHaveLength(1);
});
