import { parseCommitSha, unwrap } from "@orch/core";
import { PEOPLE } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { forgeOn, githubWith } from "./bench.ts";
import { pushFiles } from "./push-files.ts";

test("jobs of one name in different workflows are different checks", async () => {
  const { standIn, next } = await githubWith(1);
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const repository = next();
  const forge = forgeOn(standIn, repository);
  const remote = standIn.cloneUrl(repository, PEOPLE.owner);
  const commit = unwrap(parseCommitSha(await pushFiles(remote, { branch: "topic", files: { "a.txt": "1\n" } })));
  const finish = (workflow: string, conclusion: "success" | "failure"): Promise<number> =>
    standIn.finishCi(repository, commit, { workflow, job: "test", conclusion, log: `the log of ${workflow}` });

  await finish("unit", "failure");
  await forge.roleOf(PEOPLE.owner);
  const asked = standIn.requests().length;
  expect(await forge.checks(commit)).toMatchObject({ state: "failing", checks: [{ name: "test" }] });
  expect(standIn.requests().length - asked).toBe(2);
  await finish("browser", "success");
  const { state, checks } = await forge.checks(commit);
  expect(state).toBe("failing");
  expect(checks.map(({ name, state: each }) => `${name}: ${each}`).toSorted()).toEqual([
    "browser / test: passing",
    "unit / test: failing",
  ]);
  const failed = checks.find(({ state: each }) => each === "failing");
  expect(await forge.jobLog({ job: failed?.job ?? 0, maxBytes: 100 })).toBe("the log of unit");
  await finish("unit", "success");
  expect((await forge.checks(commit)).state).toBe("passing");
});
