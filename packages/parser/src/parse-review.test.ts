import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseReview, reviewJsonSchema } from "./parse-review.ts";

const ID = "r-1";
const issue = { file: "a.ts", line: 3, severity: "error", description: "Off by one." };
const whole = { id: ID, decision: "request_changes", notes: "See below.", test_results: "fail", issues: [issue] };

describe("parseReview", () => {
  test("reads what fits the schema", () => {
    expect(parseReview(`Here it is:\n\`\`\`json\n${JSON.stringify(whole)}\n\`\`\``, ID)).toEqual({
      kind: "review",
      review: { decision: "request_changes", notes: "See below.", tests: "fail", issues: [issue] },
    });
  });

  test.each<[string, object, object]>([
    ["a decision in other letters", { decision: "Changes Requested" }, { decision: "request_changes" }],
    ["an approval with a dash", { decision: "APPROVED" }, { decision: "approve" }],
    ["test results in the past", { test_results: "Passed" }, { tests: "pass" }],
    ["no test results", { test_results: null }, { tests: "skipped" }],
    ["no notes beside issues", { notes: null }, { notes: "" }],
    ["severities of others", { issues: [{ ...issue, severity: "Critical" }] }, { issues: [issue] }],
    ["another name of the file", { issues: [{ ...issue, file: undefined, path: "a.ts" }] }, { issues: [issue] }],
  ])("understands %s", (_what, over, review) => {
    expect(parseReview(JSON.stringify({ ...whole, ...over }), ID)).toMatchObject({ kind: "review", review });
  });

  test("says what is wrong", () => {
    const problem = (over: object): unknown => parseReview(JSON.stringify({ ...whole, ...over }), ID);
    expect(problem({ decision: "maybe" })).toEqual({
      kind: "invalid",
      problem: "the review's decision is not approve, request_changes or reject",
    });
    expect(problem({ issues: [issue, 7] })).toEqual({ kind: "invalid", problem: "the review's issues.1 is no issue" });
    expect(problem({ id: "other" })).toMatchObject({ kind: "invalid" });
  });

  test("never throws, and never approves without the id", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(parseReview(text, ID).kind).toBe("invalid");
      }),
    );
  });

  test("its schema asks for every key and allows no other", () => {
    expect(reviewJsonSchema(ID)).toMatchObject({
      additionalProperties: false,
      required: ["id", "decision", "notes", "test_results", "issues"],
      properties: { id: { enum: [ID] } },
    });
  });
});
