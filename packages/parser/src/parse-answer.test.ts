import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseAnswer } from "./parse-answer.ts";

const schema = {
  type: "object",
  properties: { tier: { type: "string", enum: ["simple", "complex"] } },
  required: ["tier"],
  additionalProperties: false,
};

describe("parseAnswer", () => {
  test.each([
    ["plain", '{"tier":"simple"}'],
    ["fenced, in prose", 'I think:\n```json\n{"tier": "simple"}\n```\nGood luck!'],
    ["with a comma too many", '{"tier":"simple",}'],
    ["after a draft", '{"tier":"complex"} – no, rather {"tier":"simple"}'],
    ["before something else", '{"tier":"simple"} {"done":true}'],
    ["in an envelope as text", '{"type":"result","is_error":false,"result":"{\\"tier\\":\\"simple\\"}"}'],
    ["in an envelope as object", '{"type":"result","result":{"tier":"simple"}}'],
  ])("%s", (_, text) => {
    expect(parseAnswer(text, schema)).toEqual({ kind: "answer", value: { tier: "simple" } });
  });

  test.each([
    ["nothing", "", "it holds no JSON object"],
    ["prose", "It is simple.", "it holds no JSON object"],
    ["another value", '{"tier":"huge"}', "tier: "],
    ["a key too many", '{"tier":"simple","more":1}', "it: "],
    ["broken off", '{"tier":"simple"', "it holds no JSON object"],
  ])("%s is no answer", (_, text, problem) => {
    expect(parseAnswer(text, schema)).toEqual({
      kind: "invalid",
      problem: expect.stringContaining(problem) as string,
    });
  });

  test("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        const parsed = parseAnswer(text, schema);
        if (parsed.kind === "invalid") expect(parsed.problem).not.toBe("");
      }),
    );
  });
});
