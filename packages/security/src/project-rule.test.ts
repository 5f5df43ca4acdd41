import { assert, constantFrom, array, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { createRedactor, projectRule } from "./index.ts";

const GOOD: readonly (readonly [string, string, string])[] = [
  ["badge-[0-9]{4}", "my badge-1234 here", "my [redacted:own] here"],
  ["^secret: .{1,80}$", "a\nsecret: of mine\nb", "a\n[redacted:own]\nb"],
  ["(?:key|token)=[A-Za-z0-9]{8,40}", "key=abcdefgh1 x", "[redacted:own] x"],
  ["(?<keep>employee )[A-Z][0-9]{6}", "employee A123456", "employee [redacted:own]"],
  ["\\bINT-(?:[0-9]{2}-){3}[0-9]{2}\\b", "INT-11-22-33-44", "[redacted:own]"],
  ["[\\]a)(|*+]{3}x?", "-])*x-", "-[redacted:own]-"],
];

/** The usual ways to hang a matcher, and what is no pattern at all. */
const BAD: readonly string[] = [
  "(a+)+$",
  "([a-zA-Z]+)*$",
  "(a|aa)+$",
  "(a|a?){1,20}$",
  "(.*a){12}",
  "([a-z]{1,20}){1,20}!",
  "[a-z]{0,200}[a-z]{0,200}[a-z]{0,200}!",
  "(?:a?){20}a{20}",
  "a{1,}b",
  ".*",
  "a+",
  "(?=a)b",
  "(?<!a)b",
  "(a)\\1",
  "(?<x>a)\\k<x>",
  "a{5000}",
  "(?:abcdefghij){500}",
  "(?:a{1000}b{1000}c{1000}d{1000}e)",
  "",
  "a?",
  "(",
  ")",
  "[",
  "x".repeat(501),
];

function rule(pattern: string): ReturnType<typeof projectRule> {
  return projectRule({ name: "own", pattern });
}

describe("projectRule", () => {
  it.each(GOOD)("takes %s", (pattern, text, shown) => {
    const made = rule(pattern);
    expect(made.ok).toBe(true);
    if (made.ok) expect(createRedactor({ secrets: [], patterns: [made.value] }).redact(text)).toBe(shown);
  });

  it.each(BAD)("refuses %s, with a hint", (pattern) => {
    const made = rule(pattern);
    expect(made.ok).toBe(false);
    if (made.ok) return;
    expect(made.error.code).toBe("config_invalid");
    expect(made.error.hint).toMatch(/\.$/);
  });

  it("refuses unfit names", () => {
    expect(projectRule({ name: "My rule", pattern: "abc" }).ok).toBe(false);
  });

  it("takes nothing that hangs: whatever it takes ends on texts made to hang it", { timeout: 120_000 }, () => {
    const piece = constantFrom("a", "[ab]", "(?:a|b)", "(", ")", "|", "{1,20}", "?", "{8}", "{0,200}", "b", "$");
    assert(
      property(array(piece, { maxLength: 10 }), (pieces) => {
        const made = rule(pieces.join(""));
        if (!made.ok) return;
        const redactor = createRedactor({ secrets: [], patterns: [made.value] });
        for (const text of ["a".repeat(2000), "ab".repeat(1000), `${"a".repeat(2000)}!`])
          expect(redactor.redact(text).length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
