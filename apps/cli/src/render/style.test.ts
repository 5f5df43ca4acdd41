import { expect, test } from "vitest";

import { createStyle, oneLine, printable } from "./style.ts";

test("a text that would be shown in another order than it has shows why", () => {
  const text = "if (isAdmin) {\u202E } // \u2066check\u2069";
  expect(oneLine(text)).toBe("if (isAdmin) {<U+202E> } // <U+2066>check<U+2069>");
  expect(printable(text, createStyle(true))).toBe("if (isAdmin) {<U+202E> } // <U+2066>check<U+2069>");
  expect(oneLine("\u0645\u0631\u062D\u0628\u0627\u200F")).toBe("\u0645\u0631\u062D\u0628\u0627\u200F");
});
