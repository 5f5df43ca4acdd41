import { plantedSecrets, secretText } from "@orch/testing";
import { array, assert, asyncProperty, constantFrom, nat, oneof, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";

import { createRedactor, type SecretRule } from "./index.ts";

const KNOWN = "correct horse battery";
const LINES = `first line of it, ${secretText(9)}\nsecond: line of it\nand the third`;
const COLOURED = `ghp_\u001b[31m${secretText(20)}\u001b[0m${secretText(36)}`;
const PATTERNS: readonly SecretRule[] = [{ name: "badge", pattern: /^badge-[^x]{1,40}$/g }];
const planted = [
  ...Object.values(plantedSecrets),
  { text: KNOWN, core: KNOWN },
  { text: LINES, core: "second: line" },
  { text: encodeURIComponent(KNOWN), core: encodeURIComponent(KNOWN) },
  { text: COLOURED, core: secretText(20) },
];
const redactor = createRedactor({ secrets: [KNOWN, LINES, "aaaaaaa"], patterns: PATTERNS });

/** The whole, pushed in pieces of these sizes, over and over. */
async function streamed(whole: string, sizes: readonly number[]): Promise<string> {
  const stream = redactor.stream();
  let shown = "";
  let from = 0;
  for (let turn = 0; from < whole.length; turn += 1) {
    const size = 1 + (sizes[turn % sizes.length] ?? 0);
    shown += await stream.push(whole.slice(from, from + size));
    from += size;
  }
  return shown + (await stream.end());
}

const sizes = array(nat(63), { minLength: 1, maxLength: 20 });
const filler = oneof(
  string({ unit: "binary" }),
  constantFrom(
    "\n",
    "\r\n",
    "key:\n",
    "a line\n",
    "-----BEGIN ",
    "-----",
    "PRIVATE KEY-----\n",
    "token",
    "=",
    "\u001b[1m",
  ),
  constantFrom("badge-12\n", "badge-x", "sk-", "\\n", "first line of it, ", "aaaaaaaaaa", "x".repeat(500)),
);
const texts = array(oneof(filler, constantFrom(...planted.map(({ text }) => text))), { maxLength: 12 });

describe("stream redactor", () => {
  it("shows what redacting the whole shows, for any text and any pieces", async () => {
    await assert(
      asyncProperty(texts, sizes, async (parts, cuts) => {
        const whole = parts.join("");
        expect(await streamed(whole, cuts)).toBe(redactor.redact(whole));
      }),
      { numRuns: 3000 },
    );
  });

  it("leaks nothing in 10,000 random cuts of planted secrets", async () => {
    let leaks = 0;
    await assert(
      asyncProperty(constantFrom(...planted), sizes, string(), async (secret, cuts, around) => {
        const shown = await streamed(`${around}\n${secret.text}\n${around}`, cuts);
        if (shown.includes(secret.core)) leaks += 1;
      }),
      { numRuns: 10_000 },
    );
    expect(leaks).toBe(0);
  });

  it(
    "cuts lines without an end by force: the same for any pieces, and without a leak",
    { timeout: 120_000 },
    async () => {
      const units = [". ", "aA0_-", "\u001b[1mab", "aaaaaaaaaa", "badge-", "\n"];
      const pieces = constantFrom([999], [40_000, 7], [299_999], [63, 0, 7000]);
      const part = oneof(
        nat(planted.length - 1).map((index) => ({ planted: index })),
        tuple(nat(units.length - 1), nat(4000)).map(([unit, times]) => ({ unit, times })),
      );
      await assert(
        asyncProperty(array(part, { minLength: 10, maxLength: 30 }), pieces, async (parts, cuts) => {
          const whole = parts
            .map((one) =>
              "unit" in one ? units[one.unit]?.repeat(one.times) : planted[one.planted]?.text.replaceAll("\n", "\\n"),
            )
            .join(" ");
          const shown = await streamed(whole, cuts);
          // Compared by hand: printing texts of this size takes longer than the test.
          expect(shown === redactor.redact(whole)).toBe(true);
          expect(shown.includes(KNOWN)).toBe(false);
        }),
        { numRuns: 30 },
      );
    },
  );

  it("holds at most a window of a line without an end", async () => {
    const stream = redactor.stream();
    let held = 0;
    for (let turn = 0; turn < 1000; turn += 1) {
      held += 1000 - (await stream.push("lorem ips ".repeat(100))).length;
      expect(held).toBeLessThan(110_000);
    }
  });

  it("holds an open private key back until it ends, at most a window", async () => {
    const stream = redactor.stream();
    expect(await stream.push(`before\n-----BEGIN RSA PRIVATE KEY-----\n${secretText(64)}\n`)).toBe("before\n");
    expect(await stream.push(`${secretText(64)}\n`)).toBe("");
    expect(await stream.push("-----END RSA PRIVATE KEY-----\nafter\n")).toBe("[redacted:private-key]\nafter\n");
    await stream.push("-----BEGIN RSA PRIVATE KEY-----\n");
    let shown = "";
    for (let line = 0; line < 1000; line += 1) shown += await stream.push(`line ${line} of something else\n`);
    expect(shown).toContain("[redacted:private-key]");
    expect(shown.endsWith("line 999 of something else\n")).toBe(true);
  });

  it("knows what was registered while it was open", async () => {
    const own = createRedactor({ secrets: [] });
    const stream = own.stream();
    await stream.push("the word is late-");
    own.register(["late-registered"]);
    expect(await stream.push("registered\n")).toBe("the word is [redacted:known-secret]\n");
  });

  it("withholds what can't be judged, with the rest of its line, and goes on", async () => {
    let broken = true;
    const accept = (): boolean => {
      if (broken) throw new RangeError("broken rule");
      return false;
    };
    const own = createRedactor({ secrets: [], patterns: [{ name: "x", pattern: /a/g, accept }] });
    const stream = own.stream();
    expect(await stream.push("a text\nof which")).toBe("[withheld]");
    broken = false;
    expect(await stream.push(" this is the rest\nand more\n")).toBe("and more\n");
    expect(await stream.end()).toBe("");
  });

  it("does not grow over 100,000 pieces", async () => {
    const stream = redactor.stream();
    const piece = `{"type":"text","text":"some words and a number"}\n{"type":"half`;
    const run = async (count: number): Promise<number> => {
      for (let turn = 0; turn < count; turn += 1) await stream.push(piece);
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    const before = await run(5000);
    const after = await run(100_000);
    expect(after - before).toBeLessThan(globalThis.gc === undefined ? 64_000_000 : 2_000_000);
  });
});
