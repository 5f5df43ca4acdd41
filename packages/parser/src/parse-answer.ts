import { z } from "zod";

import { balancedObjects } from "./balanced-objects.ts";
import { fieldAt, parseRepairedObject, type JsonObject } from "./parse-json.ts";

/** What a text holds in the way of an answer to a question with a schema. */
export type ParsedAnswer =
  | { readonly kind: "answer"; readonly value: JsonObject }
  /** One sentence on why there is none. */
  | { readonly kind: "invalid"; readonly problem: string };

const TAIL = 262_144;
const SPANS = 64;
const TRIES = 16;

/**
 * Finds the last object in a text that conforms to a JSON Schema of an object, whatever prose, fences or envelopes are
 * around it (seed row A44): a result envelope of a command line (`{"type": "result", "result": …}`) is looked into.
 * Only the last 256 Ki characters are looked at, with a bounded number of tries; never throws for the text.
 */
export function parseAnswer(text: string, schema: Readonly<Record<string, unknown>>): ParsedAnswer {
  const shape = z.fromJSONSchema(schema);
  let problem = "it holds no JSON object";
  for (const value of answerCandidates(text)) {
    const parsed = shape.safeParse(value);
    if (parsed.success) return { kind: "answer", value };
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    problem = `${where === "" ? "it" : where}: ${issue?.message ?? "does not fit the schema"}`;
  }
  return { kind: "invalid", problem: problem.slice(0, 300) };
}

/** The objects of a text's end, the last and outermost first; each followed by what its envelope holds. */
export function* answerCandidates(whole: string): Generator<JsonObject> {
  const text = whole.slice(-TAIL);
  const spans = balancedObjects(text, SPANS).spans.toReversed().slice(0, TRIES);
  for (const { start, end } of spans) {
    const value = parseRepairedObject(text.slice(start, end));
    if (value === undefined) continue;
    yield value;
    const inner = fieldAt(value, "result");
    if (typeof inner !== "string") continue;
    const unwrapped = parseRepairedObject(inner.trim());
    if (unwrapped !== undefined) yield unwrapped;
  }
}
