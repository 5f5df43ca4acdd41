import { describe, expect, it } from "vitest";

import { decide, optionFor } from "./acp-rules.ts";

describe("decide", () => {
  const rules = { mode: "autonomous", allow: ["Read", "Bash(git *)", "make"], deny: ["Bash(git push *)", "WebFetch"] };
  it.each([
    ["execute", "git status", "allow"],
    ["execute", "git", "allow"],
    ["execute", "git push origin", "deny"],
    ["execute", "make all", "allow"],
    ["execute", "gitk", "deny"],
    ["execute", "rm x", "deny"],
    ["read", "", "allow"],
    ["fetch", "", "deny"],
    ["edit", "", "deny"],
  ])("%s %j: %s", (kind, command, expected) => expect(decide(rules, { kind, command })).toBe(expected));

  it("allows what nobody spoke about, and asks where a person watches", () => {
    expect(decide(undefined, { kind: "edit", command: "" })).toBe("allow");
    expect(decide({ mode: "autonomous", allow: [], deny: [] }, { kind: "other", command: "" })).toBe("allow");
    expect(decide({ mode: "supervised", allow: [], deny: [] }, { kind: "edit", command: "" })).toBe("ask");
  });
});

it("chooses the narrowest answer that is offered", () => {
  const options = ["allow_always", "allow_once", "reject_once"].map((kind) => ({ kind, optionId: `${kind}-id` }));
  expect(optionFor(options, true)).toBe("allow_once-id");
  expect(optionFor(options, false)).toBe("reject_once-id");
  expect(optionFor(options.slice(0, 2), false)).toBeUndefined();
});
