import { expect, test } from "vitest";

import { redacted } from "./redacted.ts";
import { createRedactor } from "./redactor.ts";

test("hides secrets in every text of plain data, and nothing else", () => {
  const redactor = createRedactor({ secrets: ["hush-hush-hush"] });
  const event = {
    seq: 1,
    kind: "agent",
    event: { type: "text", text: "it is hush-hush-hush" },
    list: ["a", 2, null, true],
  };
  const copy = redacted(redactor, event);
  expect(JSON.stringify(copy)).not.toContain("hush-hush-hush");
  expect(copy).toMatchObject({ seq: 1, kind: "agent", list: ["a", 2, null, true] });
  expect(event.event.text).toContain("hush-hush-hush");
});
