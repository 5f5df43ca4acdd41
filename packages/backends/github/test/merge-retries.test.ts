import { parseBranchName, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { forgeOn, githubWith, peopleOf } from "./bench.ts";

test.each([
  ["Base branch was modified. Review and try the merge again.", "moving"],
  ["At least 1 approving review is required by reviewers with write access.", "blocked"],
])("a merge that GitHub refuses with `%s` is %s", async (message, why) => {
  const { standIn, next } = await githubWith(1);
  await using _standIn = standIn;
  const repository = next();
  const branch = unwrap(parseBranchName("gh-task-1-sample"));
  const forge = forgeOn(standIn, repository, {
    fetch: async (input, init) => {
      const { method, url } = new Request(input, init);
      const isMerge = method === "PUT" && new URL(url).pathname.endsWith("/merge");
      return isMerge ? Response.json({ message }, { status: 405 }) : fetch(input, init);
    },
  });
  const expected = await peopleOf(standIn, repository).push({ branch, files: { "a.txt": "a\n" } });
  const { number } = await forge.openPullRequest({ branch, title: "Sample", body: "", draft: false });
  const merged = await forge.merge({ number, expected, method: "squash", title: "Sample", message: "" });
  if (merged.kind === "merged") expect.fail("it was merged");
  expect(merged.why).toBe(why);
  expect(merged.detail).toContain(message);
});
