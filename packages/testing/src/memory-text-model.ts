import { asOrchError, type Clock, type TextModel } from "@orch/core";
import * as z from "zod";

/** What the model behind a `TextModel` does: a text, an error, or silence. */
export type MemoryTextModelReply =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "silence" };

/** Makes a text model that answers every prompt as told. Its texts are judged by the schema like any model's. */
export function createMemoryTextModel(
  reply: (prompt: string) => MemoryTextModelReply,
  { clock }: { readonly clock: Clock },
): TextModel {
  return {
    async ask({ prompt, schema, timeoutMs, signal }) {
      if (signal.aborted) return { kind: "failed", why: "called off" };
      const said = reply(prompt);
      if (said.kind === "error") return { kind: "failed", why: said.message };
      if (said.kind === "text") return judged(said.text, schema);
      await clock.sleep(timeoutMs, signal);
      return { kind: "failed", why: signal.aborted ? "called off" : `no answer in ${timeoutMs} ms` };
    },
  };
}

function judged(text: string, schema: Readonly<Record<string, unknown>>): Awaited<ReturnType<TextModel["ask"]>> {
  try {
    const value: unknown = JSON.parse(text);
    const parsed = z.fromJSONSchema(schema).safeParse(value);
    return parsed.success ? { kind: "answer", value } : { kind: "failed", why: z.prettifyError(parsed.error) };
  } catch (cause) {
    return { kind: "failed", why: asOrchError(cause).message };
  }
}
