import * as fc from "fast-check";
import { expect, test } from "vitest";

import { createLineSplitter } from "./line-splitter.ts";

function split(chunks: readonly Buffer[], maxBytes: number): readonly string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter(maxBytes, (line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test("finds the same lines wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.array(fc.nat(40)), (texts, cuts) => {
      const lines = texts.map((text) => text.replaceAll(/[\r\n]/g, " "));
      let rest = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const chunks: Buffer[] = [];
      for (const cut of cuts) {
        chunks.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      expect(split([...chunks, rest], 1_000_000)).toEqual(lines);
    }),
  );
});

test("cuts a line that is too long, and reads the next one whole", () => {
  const chunks = ["aaaa", "aaaa\nbb", "b\r\n", "last"].map((text) => Buffer.from(text));
  expect(split(chunks, 5)).toEqual(["aaaaa", "bbb", "last"]);
});
