import * as fc from "fast-check";
import { expect, test } from "vitest";

import { stripEscapes } from "./strip-escapes.ts";

const ESC = "\u001b";

test.each([
  ["colours stay", `${ESC}[1;31mred${ESC}[0m`, `${ESC}[1;31mred${ESC}[0m`],
  ["long colours stay", `${ESC}[38:2::1:2:3mx`, `${ESC}[38:2::1:2:3mx`],
  ["a title goes", `a${ESC}]0;title\u0007b`, "ab"],
  ["the clipboard goes", `a${ESC}]52;c;ZXZpbA==${ESC}\\b`, "ab"],
  ["a hyperlink goes", `${ESC}]8;;https://x.test${ESC}\\text${ESC}]8;;${ESC}\\`, "text"],
  ["cursor moves go", `a${ESC}[2J${ESC}[1;1Hb${ESC}[?25l`, "ab"],
  ["eight-bit controls go", "a\u009b2Jb\u009d0;t\u009cc", "abc"],
  ["device strings go", `a${ESC}Pq#0${ESC}\\b${ESC}_x${ESC}\\c`, "abc"],
  ["a reset goes", `a${ESC}cb`, "ab"],
  ["a paste end goes", `a${ESC}[201~b`, "ab"],
  ["an unfinished sequence goes", `a${ESC}[12;`, "a"],
  ["an unfinished title goes", `a${ESC}]0;tit`, "a"],
  ["line ends and tabs stay", "a\tb\nc", "a\tb\nc"],
  ["bells and backspaces go", "a\u0007\u0008\rb", "ab"],
  ["text of every script stays", "grüße 日本 🙂", "grüße 日本 🙂"],
])("%s", (_, text, shown) => {
  expect(stripEscapes(text)).toBe(shown);
});

test("nothing that a terminal obeys is left of any text, but colours", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(ESC, `${ESC}[`, `${ESC}]`, "\u009b", "\u009d", "m", ";", "0", "\u0007", `${ESC}\\`, "[31m"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const rest = stripEscapes(pieces.join("")).replaceAll(new RegExp(`${ESC}\\[[0-9;:]*m`, "g"), "");
      expect(rest.replaceAll(/[\n\t]/g, "")).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 2_000 },
  );
});
