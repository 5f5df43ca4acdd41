import { expect, test } from "vitest";

import { possibleSecrets, referredValues } from "./secrets-in-text.ts";

test.each([
  ["agents: { a: { env: { KEY: 'word-of-it' } }", "word-of-it"],
  ["  - correct horse battery", "correct horse battery"],
  [`  secret: "with: colon and, comma"`, "with: colon and, comma"],
  ["args: [--token=word-of-it, x", "word-of-it"],
  ["no yaml at all word-of-it", "word-of-it"],
])("of a broken text, what could be secret is known: %s", (text, secret) => {
  expect(possibleSecrets(text)).toContain(secret);
});

test("numbers, paths, addresses and short words are left readable", () => {
  const text = "projects: [/home/me/site]\nport: 12345678\napi: https://api.example.test\nmode: auto\nkey: ${SOME_KEY}";
  expect(possibleSecrets(text).filter((word) => /^(?:\/|\d|https|auto|\$)/.test(word))).toEqual([]);
});

test("the values of variables that a text names are known, whatever they are called", () => {
  const env = { UNSUSPICIOUS: "word-of-it", FOLDER: "/home/me/tools", SHORT: "abc", UNNAMED: "word-of-another" };
  expect(referredValues("a: ${UNSUSPICIOUS} ${FOLDER:-x} ${SHORT} ${MISSING}", env)).toEqual(["word-of-it"]);
});
