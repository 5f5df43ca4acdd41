import { reasonTable } from "@orch/core";
import { expect, test } from "vitest";

import { belowIssues } from "./shown-text.ts";

test("below an issue nobody is told to use the command line for what a comment does", () => {
  const hints = Object.values(reasonTable).map(({ hint }) => belowIssues(hint));
  expect(hints.filter((hint) => hint.includes("orch task"))).toEqual([]);
  expect(belowIssues('Answer with: orch task retry <task> --note "your answer"')).toBe(
    "Answer with: `/retry your answer`",
  );
  expect(belowIssues("Stop it first: orch task kill, or wait until it ends.")).toBe(
    "Stop it first: `/block`, or wait until it ends.",
  );
});
