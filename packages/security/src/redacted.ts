import type { Redactor } from "@orch/core";

import { JOINER } from "./neutral-output.ts";
import { FOR_WORKER, type SecretRedactor } from "./redactor.ts";
import { WITHHELD } from "./stream-redactor.ts";

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
  for (const text of textsIn(value)) if (text.length >= FOR_WORKER) shown.set(text, await redactor.redactLater(text));
  return redacted({ ...redactor, redact: (text) => shown.get(text) ?? redactor.redact(text) }, value);
}

/**
 * The same for what leaves for a forge: a secret that was cut by what keeps an agent's words from working there is found
 * as well, and then nothing of that text leaves.
 */
export async function redactedOutput<Value>(redactor: SecretRedactor, value: Value): Promise<Value> {
  const shown = await redactedLater(redactor, value);
  const withheld = new Set<string>();
  for (const text of textsIn(shown)) {
    const bare = text.replaceAll(JOINER, "");
    if (bare !== text && (await redactor.search(bare)).length > 0) withheld.add(text);
  }
  return redacted({ ...redactor, redact: (text) => (withheld.has(text) ? WITHHELD : text) }, shown);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
