import * as fc from "fast-check";
import { expect, test } from "vitest";

import { joinWords, splitWords } from "./split-words.ts";

const SPLIT: readonly [line: string, words: readonly string[]][] = [
  ["npm test", ["npm", "test"]],
  ["  npm \t run   lint ", ["npm", "run", "lint"]],
  [`node -e 'console.log("a b")'`, ["node", "-e", 'console.log("a b")']],
  [`grep "a \\"b\\" c" x`, ["grep", 'a "b" c', "x"]],
  [`a\\ b c`, ["a b", "c"]],
  [`tool --name=""`, ["tool", "--name="]],
  [`tool ''`, ["tool", ""]],
  [`x 'it'\\''s'`, ["x", "it's"]],
  [`echo '$HOME | true'`, ["echo", "$HOME | true"]],
  [`pytest -k "ü ☃"`, ["pytest", "-k", "ü ☃"]],
];

test.each(SPLIT)("%s", (line, words) => {
  const result = splitWords(line);
  expect(result.ok && result.value).toEqual(words);
});

test.each([
  "",
  "   ",
  "a && b",
  "a | b",
  "a; b",
  "a > out",
  "a < in",
  "a &",
  "(a)",
  "echo $HOME",
  'echo "$HOME"',
  "echo `id`",
  "a\nb",
  "'open",
  '"open',
  "end\\",
  "CI=1 npm test",
  "'' x",
])("%j is refused with a hint", (line) => {
  const result = splitWords(line);
  expect(result.ok ? "accepted" : result.error.code).toBe("usage");
  expect(result.ok ? "" : result.error.hint).toMatch(/.{10}/);
});

test("what is joined is split into the same words", () => {
  const word = fc.string({ unit: "grapheme" });
  const program = word.filter((text) => text !== "" && !/^[A-Za-z_]\w*=/.test(text));
  fc.assert(
    fc.property(program, fc.array(word), (first, rest) => {
      const words = [first, ...rest];
      const result = splitWords(joinWords(words));
      expect(result.ok && result.value).toEqual(words);
    }),
  );
});

const letters = Array.from("ab '\"\\|&;<>()$`\n=");

test("no text makes it throw, and no operator gets through unquoted", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...letters) }), (line) => {
      const result = splitWords(line);
      if (!result.ok) expect(result.error.code).toBe("usage");
      else expect(result.value.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});
