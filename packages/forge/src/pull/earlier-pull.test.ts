import { parseBranchName, parseCommitSha, unwrap, type PullRequest } from "@orch/core";
import { expect, test } from "vitest";

import { earlierPull } from "./earlier-pull.ts";

test.each([
  ["gh-task-7-add-a-file", "", true],
  ["ai/iss-7-task", "", true],
  ["issue/7-add", "", true],
  ["gh-task-7", "", true],
  ["gh-task-70-add", "", false],
  ["my-gh-task-7-add", "", false],
  ["topic", "Some words.\n\nCloses #7", true],
  ["topic", "fixes: #7.", true],
  ["topic", "Closes #70", false],
  ["topic", "See #7", false],
])("the pull request of %s that says %j belongs to issue 7: %s", (branch, body, belongs) => {
  const pull: PullRequest = { ...made, branch: unwrap(parseBranchName(branch)), body };
  expect(earlierPull([pull], 7)).toBe(belongs ? pull : undefined);
});

const made: PullRequest = {
  number: 9,
  url: "https://github.com/octo/sample/pull/9",
  title: "Add a file",
  body: "",
  author: { id: 1, login: "octo", isBot: false },
  branch: unwrap(parseBranchName("topic")),
  base: unwrap(parseBranchName("main")),
  head: unwrap(parseCommitSha("a".repeat(40))),
  state: "open",
  draft: false,
  mergeable: "unknown",
  behind: false,
};
