import type { Redactor } from "@orch/core";

import { FOR_WORKER, type SecretRedactor } from "./redactor.ts";

/** A copy of plain data in which every text went through the redactor. */
export function redacted<Value>(redactor: Redactor, value: Value): Value {
  return copy(value) as Value;

  function copy(part: unknown): unknown {
    if (typeof part === "string") return redactor.redact(part);
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, copy(inner)]));
  }
}

/** The same, with long texts judged beside the caller's thread. */
export async function redactedLater<Value>(redactor: SecretRedactor, value: Value): Promise<Value> {
  const shown = new Map<string, string>();
  for (const text of longTextsIn(value)) shown.set(text, await redactor.redactLater(text));
  return redacted({ ...redactor, redact: (text) => shown.get(text) ?? redactor.redact(text) }, value);
}

function longTextsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.length < FOR_WORKER ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(longTextsIn) : [];
}
