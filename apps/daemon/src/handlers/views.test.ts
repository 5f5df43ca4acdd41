import { parseBranchName, parseCommitSha, unwrap, type Task } from "@orch/core";
import { sampleTask } from "@orch/testing";
import { expect, test } from "vitest";

import { viewTask } from "./views.ts";

const commit = unwrap(parseCommitSha("a".repeat(40)));
const branch = unwrap(parseBranchName("task-int-1"));
const result = { branch, commit, attempt: 1, base: unwrap(parseBranchName("main")), checks: 1 };

test("whoever wants a pull request merged is told what it waits for, for this commit alone", () => {
  const pull = { number: 7, url: "https://forge.test/pull/7" };
  const wanted = (approved: string): Task => ({
    ...sampleTask({ pull }),
    status: "in_review",
    result,
    approval: { by: "cli:me", commit: unwrap(parseCommitSha(approved)) },
  });
  expect(viewTask(wanted(commit)).detail).toContain(
    "cli:me wants it merged: done as soon as the checks of pull request #7",
  );
  expect(viewTask(wanted("b".repeat(40)))).not.toHaveProperty("detail");
});
