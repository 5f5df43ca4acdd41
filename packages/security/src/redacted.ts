import type { Redactor } from "@orch/core";

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
