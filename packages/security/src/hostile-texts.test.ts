import { commentPayloads, obeyedIn, terminalPayloads } from "@orch/testing";
import { expect, test } from "vitest";

import { neutraliseOutput, printableJson, stripTerminal } from "./index.ts";

test("there are at least 100 of them, each another and each with something that a terminal obeys", () => {
  const payloads = terminalPayloads.map(([, text]) => text);
  expect(new Set([...terminalPayloads, ...commentPayloads].map(([what]) => what)).size).toBe(
    terminalPayloads.length + commentPayloads.length,
  );
  expect(new Set(payloads).size).toBe(terminalPayloads.length);
  expect(terminalPayloads.length).toBeGreaterThanOrEqual(100);
  expect(commentPayloads.length).toBeGreaterThanOrEqual(40);
  // Bytes in no encoding are already no sequence where they became text.
  expect(
    payloads.filter((text) => obeyedIn(text, { styles: false }) === undefined && !text.includes("\ufffd")),
  ).toEqual([]);
});

test.each(terminalPayloads)("%s is not obeyed, whole or in two parts", (_what, text) => {
  for (let at = 0; at <= text.length; at += 1) {
    const shown = stripTerminal(text.slice(0, at)) + stripTerminal(text.slice(at));
    expect(obeyedIn(shown, { styles: true })).toBeUndefined();
  }
  expect(stripTerminal(stripTerminal(text))).toBe(stripTerminal(text));
});

test.each(terminalPayloads)("%s leaves no control in a comment, and none in JSON", (_what, text) => {
  expect(obeyedIn(neutraliseOutput(text), { styles: false })).toBeUndefined();
  const json = printableJson(JSON.stringify({ [text]: [text] }));
  expect(obeyedIn(json, { styles: false })).toBeUndefined();
  expect(JSON.parse(json)).toEqual({ [text]: [text] });
});

test.each([
  ["\u001b[1;31mred\u001b[0m"],
  ["\u001b[38;5;8mgrey\u001b[39m"],
  ["\u001b[48:2::8:8:8mdark\u001b[49m"],
  ["\u001b[58;2;8;8;8;4mline\u001b[m"],
  ["tab\tand\nline"],
  ["\u65e5\u672c \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u0645\u0631\u062d\u0628\u0627"],
])("%j stays as it is", (text) => {
  expect(stripTerminal(text)).toBe(text);
});

test.each(commentPayloads)("%s: calls, closes, commands and marks nothing", (_what, text) => {
  const shown = neutraliseOutput(text);
  const read = shown.replaceAll(/&#(?:0*64|x0*40);|&commat;/gi, "@").replaceAll(/&#(?:0*35|x0*23);|&num;/gi, "#");
  expect(read).not.toMatch(/@[A-Za-z0-9]/);
  expect(read).not.toMatch(
    /(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[^\w#]{0,12}(?:[\w.-]+\/[\w.-]+)?(?:#\d|https?:)/i,
  );
  expect(read).not.toMatch(/^[\s>*+-]*\/[A-Za-z]/m);
  expect(read).not.toMatch(/<!--|-->/);
  expect(neutraliseOutput(shown)).toBe(shown);
});
