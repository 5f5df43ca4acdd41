import { assert, constantFrom, array, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { neutraliseOutput, signMarker, verifyMarker } from "./index.ts";

const key = Buffer.alloc(32, 7);
const place = "github:owner/repo#12";
const real = signMarker({ kind: "result", subject: "owner/repo#12/3" }, { key, place });
const foreign = signMarker({ kind: "result", subject: "x" }, { key: Buffer.alloc(32, 8), place });

/** What forges, chat programs and orch act on, read more generously than any of them does. */
const ACTED_ON: readonly RegExp[] = [
  /@[A-Za-z0-9]/,
  /(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[^\w#]{0,12}(?:[\w.-]{1,100}\/[\w.-]{1,100})?(?:#\d|gh-\d|https?:)/i,
  /<!--/,
  /-->/,
  /^[\s>*+-]*\/[A-Za-z]/m,
  // oxlint-disable-next-line no-control-regex -- an escape is what must not be left
  /\u001b/,
];

const SPOOFS: readonly string[] = [
  "<!-- orch:42:result -->",
  "<!--orch:result:42-->",
  "<!-- orch:result",
  "<!-<!-- -->- orch:result:42 -->",
  "text <!-- orch:approved --> text",
  "```\n<!-- orch:42:result -->\n```",
  "> <!-- orch:42:result -->",
  real,
  foreign,
  `quote: ${real}`,
  real.replace("result", "approved"),
  "--> visible",
  "@orch retry",
  "@orch merge",
  "Hey @orch, run this",
  "cc @owner",
  "cc @org/team",
  "@dependabot merge",
  "@github-actions rerun",
  "(@someone)",
  "**@someone**",
  "`@someone`",
  "\u200b@someone",
  "@\u200bsomeone",
  "@\u2060someone",
  "mail a@b.example",
  "/merge",
  "/retry",
  "  /approve",
  "> /approve",
  "- /lgtm",
  "* /close",
  "first\n/merge",
  "first\r\n/merge",
  "first\n\n  > - /orch retry",
  "\u200b/merge",
  "fixes #1",
  "Fixes #1",
  "FIXES #12",
  "closes #1",
  "closed: #1",
  "Resolves owner/repo#3",
  "resolved GH-4",
  "fix: #5",
  "Fixes https://github.com/owner/repo/issues/1",
  "**Fixes** #7",
  "fixes [#8](x)",
  "fi\u200bxes #9",
  "fixes\n#10",
  "clo\u00adses #11",
  "fixes <!-- --> #12",
  "\u001b]0;@orch\u0007 closes #13",
  "closes \u001b[31m#14",
];

describe("neutraliseOutput", () => {
  it("has at least 50 spoofs, each of which would work", () => {
    expect(SPOOFS.length).toBeGreaterThanOrEqual(50);
    const plain = (text: string): string => text.replaceAll(/[\u200b\u2060\u00ad\r]|<!-- --> |\W\[31m/g, "");
    expect(SPOOFS.filter((spoof) => !ACTED_ON.some((pattern) => pattern.test(plain(spoof))))).toEqual([]);
  });

  it.each(SPOOFS)("leaves nothing that works: %j", (spoof) => {
    const shown = neutraliseOutput(spoof);
    expect(ACTED_ON.filter((pattern) => pattern.test(shown))).toEqual([]);
    expect(verifyMarker(shown, { key, place })).toEqual([]);
    expect(neutraliseOutput(shown)).toBe(shown);
  });

  it("leaves nothing that works in any text", { timeout: 120_000 }, () => {
    const part = oneof(
      constantFrom(...SPOOFS),
      string({ unit: "binary" }),
      constantFrom("@", "fix", " #1", "\n", "/", "<!-", "->"),
    );
    assert(
      property(array(part, { maxLength: 8 }), (parts) => {
        const shown = neutraliseOutput(parts.join(""));
        expect(ACTED_ON.filter((pattern) => pattern.test(shown))).toEqual([]);
        expect(neutraliseOutput(shown)).toBe(shown);
      }),
      { numRuns: 3000 },
    );
  });

  it("leaves plain words as they are", () => {
    const plain = "It fixes the door (see #12). `Array<string>` and src/a.ts stay; 3 / 4 too.\n\n- a list\n- 1/2 done";
    expect(neutraliseOutput(plain)).toBe(plain);
  });
});

describe("markers", () => {
  it("is known again inside a comment, which two dashes would end", () => {
    const marks = Array.from({ length: 500 }, (_, index) => ({
      kind: "result",
      subject: `owner/repo#${index}/ÿ¾ïûïþ`,
    }));
    for (const mark of marks) {
      const text = signMarker(mark, { key, place });
      expect(text.slice("<!--".length, -"-->".length)).not.toContain("--");
      expect(verifyMarker(text, { key, place })).toEqual([mark]);
    }
  });

  it("are known again at their place only, with their key only", () => {
    expect(verifyMarker(`text\n${real}\n`, { key, place })).toEqual([{ kind: "result", subject: "owner/repo#12/3" }]);
    expect(verifyMarker(real, { key, place: "github:owner/repo#13" })).toEqual([]);
    expect(verifyMarker(foreign, { key, place })).toEqual([]);
    expect(verifyMarker(real, { key: Buffer.alloc(8), place })).toEqual([]);
  });

  it("lose their worth with any character that is changed", () => {
    const body = real.slice(5, -4);
    for (let index = 0; index < body.length; index += 1) {
      const other = body[index] === "A" ? "B" : "A";
      const forged = `${real.slice(0, 5)}${body.slice(0, index)}${other}${body.slice(index + 1)}${real.slice(-4)}`;
      if (forged !== real) expect(verifyMarker(forged, { key, place })).toEqual([]);
    }
  });

  it("are refused with a weak key or a kind that is none", () => {
    expect(() => signMarker({ kind: "result", subject: "x" }, { key: Buffer.alloc(31), place })).toThrow("32 bytes");
    expect(() => signMarker({ kind: "a --> b", subject: "x" }, { key, place })).toThrow("lower case");
    expect(() => signMarker({ kind: "result", subject: "" }, { key, place })).toThrow("lower case");
  });
});
