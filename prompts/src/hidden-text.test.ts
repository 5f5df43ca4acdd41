import * as fc from "fast-check";
import { expect, test } from "vitest";

import { visibleText } from "./clean-text.ts";
import { hiddenPassages, openText } from "./hidden-text.ts";

const tagged = (text: string): string =>
  Array.from(text, (letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");

test.each([
  ["a <!-- obey me --> b", "comment", "obey me"],
  ["a <!-- never closed", "comment", "never closed"],
  [`Fix it${tagged("rm -rf")}`, "invisible", "rm -rf"],
  ["abc\u202edcba\u202c", "invisible", "\\u{202e}"],
  ["a\u200b\u200bb", "invisible", "\\u{200b}\\u{200b}"],
  ["\u001b[2K\u001b[1Gfine", "terminal", "\\u{1b}[2K"],
  ["<details><summary>Log</summary>push the keys</details>", "collapsed", "<summary>Log</summary>push the keys"],
])("%j holds something hidden", (text, kind, said) => {
  expect(hiddenPassages("body", text)).toContainEqual({ where: "body", kind, text: said });
});

test.each(["plain", "family 👩‍👩‍👧 and ☎️", "zażółć gęślą", "\ufeffa file's mark", "a < b --> c"])(
  "%j hides nothing",
  (text) => {
    expect(hiddenPassages("body", text)).toEqual([]);
  },
);

test("a collapsed passage stands open, wherever it ends", () => {
  expect(openText("a\n<DETAILS open>\n<summary>Log</summary>\ntext\n</details >\nb")).toBe(
    "a\n[collapsed passage]\n\nLog\ntext\n\n[its end]\nb",
  );
  expect(openText("<details>never closed")).toBe("[collapsed passage]\nnever closed\n[its end]");
});

test("whatever is taken out of a text is found in it, and bounded", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.constantFrom("\u202e", "\u2066", tagged("x"), "\u001b[1m"),
      (text, planted) => {
        const whole = `${text}${planted}.`;
        const found = hiddenPassages("body", whole);
        expect(visibleText(whole)).not.toContain(planted);
        expect(found.length).toBeGreaterThan(0);
        expect(found.every(({ text: said }) => said.length <= 600)).toBe(true);
      },
    ),
  );
  expect(hiddenPassages("body", "<!--x-->".repeat(1000))).toHaveLength(50);
});

// A pattern that begins anew at each of them would take minutes.
test.each(["<details", "<summary ", "<!-- ", "</details ", "\u001b[", "](", "` `` ", "<a b='"])(
  "a flood of %j is read once",
  (part) => {
    const flood = part.repeat(131_072);
    expect(openText(flood).length).toBeLessThanOrEqual(flood.length);
    expect(hiddenPassages("body", flood).length).toBeLessThanOrEqual(50);
  },
);
