import { expect, it } from "vitest";

import { asWords } from "./as-words.ts";

it.each(["/clear", " /cost\n", "\n\n/compact all of it", "/etc/hosts is wrong"])("has %j heard as words", (text) => {
  expect(asWords(text)).toBe(`A person says:\n${text}`);
});

it.each(["", "and/or", "Use /clear", "-/x"])("leaves %j as it is", (text) => {
  expect(asWords(text)).toBe(text);
});
