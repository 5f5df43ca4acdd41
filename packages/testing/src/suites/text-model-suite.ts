import type { TextModel } from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A text model whose model behaves as told. `pass` lets time go by on its clock. */
export interface TextModelBench {
  readonly says: (text: string) => TextModel;
  readonly fails: () => TextModel;
  readonly hangs: () => TextModel;
  pass(ms: number): Promise<void>;
}

const schema = {
  type: "object",
  properties: { tier: { type: "string", enum: ["simple", "complex"] } },
  required: ["tier"],
  additionalProperties: false,
};

function ask(model: TextModel, signal: AbortSignal = new AbortController().signal) {
  return model.ask({ prompt: "How hard is it?", schema, timeoutMs: 1_000, signal });
}

/** The contract of `TextModel`. */
export function describeTextModel(name: string, { make }: { make(): TextModelBench }): void {
  describe(`TextModel contract: ${name}`, () => {
    test("gives an answer that conforms to the schema", async () => {
      expect(await ask(make().says('{"tier":"simple"}'))).toMatchObject({ kind: "answer", value: { tier: "simple" } });
    });

    test.each(["", "simple", "{", "null", "[]", "{}", '{"tier":"huge"}', '{"tier":1}', '{"tier":"simple","more":1}'])(
      "%j is no answer",
      async (text) => {
        expect(await ask(make().says(text))).toMatchObject({ kind: "failed" });
      },
    );

    test("never throws for what the model says, and says why it failed", async () => {
      const said = fc.oneof(fc.string({ unit: "binary" }), fc.json());
      await fc.assert(
        fc.asyncProperty(said, async (text) => {
          const reply = await ask(make().says(text));
          if (reply.kind === "failed") expect(reply.why).not.toBe("");
          else expect(["simple", "complex"]).toContain((reply.value as { tier: unknown }).tier);
        }),
      );
    });

    test("a model that fails is a failure", async () => {
      expect(await ask(make().fails())).toMatchObject({ kind: "failed" });
    });

    test("a model that hangs is a failure when its time is up", async () => {
      const bench = make();
      const asked = ask(bench.hangs());
      await bench.pass(1_500);
      expect(await asked).toMatchObject({ kind: "failed" });
    });

    test("a question that is called off fails at once", async () => {
      const bench = make();
      const stop = new AbortController();
      const asked = ask(bench.hangs(), stop.signal);
      stop.abort();
      expect(await asked).toMatchObject({ kind: "failed" });
      expect(await ask(bench.says('{"tier":"simple"}'), stop.signal)).toMatchObject({ kind: "failed" });
    });
  });
}
