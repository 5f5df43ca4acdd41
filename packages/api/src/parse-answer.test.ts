import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseAnswer } from "./parse-answer.ts";

test("data is handed on", () => {
  expect(parseAnswer('{"data":{"a":1}}')).toEqual({ ok: true, data: { a: 1 } });
  expect(parseAnswer('{"data":null}')).toEqual({ ok: true, data: null });
});

test("an error keeps its code, message and hint; an unknown code is a bug", () => {
  const known = parseAnswer('{"error":{"code":"task_unknown","message":"m","hint":"h"}}');
  expect(known.ok ? undefined : [known.error.code, known.error.message, known.error.hint]).toEqual([
    "task_unknown",
    "m",
    "h",
  ]);
  const unknown = parseAnswer('{"error":{"code":"toString","message":"m"}}');
  expect(unknown.ok ? undefined : unknown.error.code).toBe("internal");
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const answer = parseAnswer(text);
      if (!answer.ok) expect(answer.error.code).toBeDefined();
    }),
  );
});
