import { internalTaskId, parseBranchName, parseTaskId, unwrap } from "@orch/core";
import { assert, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { branchFor, slugOf } from "./branch-name.ts";

const TEMPLATE = "gh-task-{issue}-{slug}";
const issue = unwrap(parseTaskId("42"));
const internal = internalTaskId(5);

describe("branchFor", () => {
  it.each([
    [TEMPLATE, issue, "Add a Login Page!", "gh-task-42-add-a-login-page"],
    [TEMPLATE, issue, "", "gh-task-42"],
    [TEMPLATE, issue, "日本語", "gh-task-42"],
    [TEMPLATE, issue, "Größe über alles", "gh-task-42-große-uber-alles".replace("ß", "-")],
    [TEMPLATE, internal, "Fix it", "task-int-5-fix-it"],
    ["ai/iss-{issue}-{slug}", issue, "x".repeat(60), `ai/iss-42-${"x".repeat(40)}`],
    ["feature/{slug}", issue, "Same", "feature/same-42"],
    ["feature/{slug}", issue, "...", "feature/42"],
    ["{id}", internal, "ignored", "int-5"],
  ])("fills %s for %s %s", (...[template, id, title, expected]) => {
    expect(branchFor(template, { id, title })).toBe(expected);
  });

  it("makes a valid name of any title, another one for another task", () => {
    assert(
      property(string({ unit: "binary" }), integer({ min: 1, max: 999 }), (title, number) => {
        const one = branchFor(TEMPLATE, { id: unwrap(parseTaskId(String(number))), title });
        expect(parseBranchName(one).ok).toBe(true);
        expect(slugOf(title)).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/);
        expect(slugOf(title).length).toBeLessThanOrEqual(40);
        const other = branchFor(TEMPLATE, { id: unwrap(parseTaskId(String(number + 1000))), title });
        expect(other).not.toBe(one);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a template that is no branch name", () => {
    expect(() => branchFor("../{id}", { id: issue, title: "x" })).toThrow(/branch name/);
  });
});
