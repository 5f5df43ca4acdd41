import { describe, expect, it } from "vitest";

import { widenToLines } from "./apply-patch.ts";

describe("widenToLines", () => {
  it.each([
    ["inside a line", { find: "b", replace: "B" }, { find: "abc\n", replace: "aBc\n" }],
    ["a whole line", { find: "abc\n", replace: "x\n" }, { find: "abc\n", replace: "x\n" }],
    ["across lines", { find: "c\nd", replace: "-" }, { find: "abc\ndef\n", replace: "ab-ef\n" }],
    ["the last line without an end", { find: "hi", replace: "HI" }, { find: "ghi", replace: "gHI" }],
    ["the first character", { find: "a", replace: "A" }, { find: "abc\n", replace: "Abc\n" }],
    ["text that is not there", { find: "zz", replace: "y" }, { find: "zz", replace: "y" }],
    ["nothing", { find: "", replace: "y" }, { find: "", replace: "y" }],
  ])("%s", (_case, change, expected) => {
    expect(widenToLines(change, "abc\ndef\nghi")).toEqual(expected);
  });

  it("leaves the change when the file is unknown", () => {
    expect(widenToLines({ find: "a", replace: "b" }, undefined)).toEqual({ find: "a", replace: "b" });
  });
});
