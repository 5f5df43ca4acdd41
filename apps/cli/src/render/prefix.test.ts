import * as fc from "fast-check";
import { expect, test } from "vitest";

import { marginOn, prefixLines } from "./prefix.ts";
import { widthOf } from "./style.ts";

test("every line gets the prefix, and in a pipe nothing is wrapped", () => {
  const margin = marginOn({ isTerminal: false, columns: 10, write: () => undefined }, "a │ ");
  expect(prefixLines(`one\n\n${"long ".repeat(20)}`, margin)).toBe(`a │ one\na │ \na │ ${"long ".repeat(20)}`);
});

test("on a terminal words go on in the next line, below their indentation", () => {
  const margin = marginOn({ isTerminal: true, columns: 24, write: () => undefined }, "a │ ");
  expect(prefixLines("  the quick brown fox jumps over", margin)).toBe("a │   the quick brown\na │   fox jumps over");
});

test("no word is lost, and only a word that is too long runs over the edge", () => {
  const word = fc.stringMatching(/^[a-z]{1,30}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
      const lines = prefixLines(words.join(" "), { prefix: "> ", columns: 32 }).split("\n");
      expect(lines.flatMap((line) => line.slice(2).split(" "))).toEqual(words);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(32);
    }),
  );
});
