import { expect, test } from "vitest";

import { isHardFailure } from "./hard-failure.ts";

test.each([
  "touch: /x: Read-only file system",
  "fatal: not a git repository (or any of the parent directories): .git",
  "fatal: Unable to create '/x/.git/index.lock': File exists.",
  "bash: line 1: rg: command not found",
  "remote: 403 Forbidden",
])("%j would be met again", (words) => {
  expect(isHardFailure(words)).toBe(true);
});

test.each(["", "the thing broke", "I may not be permitted to do that", "connection reset by peer"])(
  "%j may pass",
  (words) => {
    expect(isHardFailure(words)).toBe(false);
  },
);
