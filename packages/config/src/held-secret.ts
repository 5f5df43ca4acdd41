import { secretInAddress, secretWord } from "@orch/core";

import { looksSecret } from "./interpolate.ts";
import { isMapping } from "./mapping.ts";
import type { KeyPath, ParsedDocument } from "./parse-document.ts";

const NAMED: ReadonlySet<string> = new Set(["secret", "private_key"]);
const WORDS: ReadonlySet<string> = new Set(["args", "command"]);

/**
 * Where a file itself holds a secret: a key's value, a variable whose name says so, a word behind `--api-key`, the
 * password of an address. What comes from the environment (`${NAME}`) is not held. Undefined: there is none.
 */
export function heldSecret(parsed: ParsedDocument): KeyPath | undefined {
  return secretBelow(parsed.value, { path: [], parsed });
}

function secretBelow(
  value: unknown,
  at: { readonly path: KeyPath; readonly parsed: ParsedDocument },
): KeyPath | undefined {
  const { path, parsed } = at;
  if (typeof value === "string") return isSecret(value, at) ? path : undefined;
  for (const [name, inner] of entriesOf(value)) {
    const inside = [...path, name];
    const isWord = Array.isArray(value) && WORDS.has(String(path.at(-1))) && !parsed.isInterpolated(inside);
    if (isWord && typeof name === "number" && secretWord(value, name) !== undefined) return inside;
    const found = secretBelow(inner, { path: inside, parsed });
    if (found !== undefined) return found;
  }
  return undefined;
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return [...value.entries()];
  return isMapping(value) ? Object.entries(value) : [];
}

function isSecret(
  text: string,
  { path, parsed }: { readonly path: KeyPath; readonly parsed: ParsedDocument },
): boolean {
  if (text === "" || parsed.isInterpolated(path)) return false;
  const names = path.filter((part) => typeof part === "string");
  const [name = "", above] = [names.at(-1), names.at(-2)];
  return NAMED.has(name) || (above === "env" && looksSecret(name)) || secretInAddress(text) !== undefined;
}
