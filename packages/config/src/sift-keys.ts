import { isMapping } from "./mapping.ts";
import { keyOf, type KeyPath, type ParsedDocument } from "./parse-document.ts";
import type { Notice } from "./problem.ts";
import { keysOfKind, renamedKeys, renamedValues, unusedKeys } from "./seed-keys.ts";

/** The global file, or the one of a project. */
export type FileKind = "global" | "project";

/** What is left for the schema, and what a person should hear about the rest. */
export interface Sifted {
  readonly value: unknown;
  readonly notices: readonly Notice[];
}

/** Sets aside keys that are known but mean nothing here, and moves keys that have another name now. */
export function siftKeys(parsed: ParsedDocument, kind: FileKind): Sifted {
  const notices: Notice[] = [];
  const taken = new Map<string, unknown>();
  const note = (path: KeyPath, message: string): void => {
    notices.push({ place: parsed.placeOf(path), key: keyOf(path), message });
  };

  let value = withoutKeys(parsed.value, {
    patterns: Object.keys(renamedKeys),
    found: (path, old) => {
      taken.set(renamedKeys[keyOf(path)] ?? "", old);
      note(path, `is called ${renamedKeys[keyOf(path)]} now`);
    },
  });
  for (const [key, old] of taken) {
    const fallback = typeof old === "string" ? (renamedValues[key]?.[old] ?? old) : old;
    value = withDefault(value, { path: key.split("."), fallback });
  }
  value = withoutKeys(value, { patterns: unusedKeys, found: (path) => note(path, "is known, but not used yet") });
  const foreign = kind === "global" ? keysOfKind.project : keysOfKind.global;
  const home = kind === "global" ? "a project's .orch.yml" : "the global config.yml";
  value = withoutKeys(value, { patterns: foreign, found: (path) => note(path, `is only read from ${home}`) });
  return { value, notices };
}

interface Removal {
  readonly patterns: readonly string[];
  readonly found: (path: KeyPath, value: unknown) => void;
}

function withoutKeys(value: unknown, removal: Removal, path: readonly string[] = []): unknown {
  if (!isMapping(value) || path.length > 3) return value;
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const here = [...path, name];
    if (removal.patterns.some((pattern) => matches(pattern, here))) removal.found(here, inner);
    else kept.push([name, withoutKeys(inner, removal, here)]);
  }
  return Object.fromEntries(kept);
}

function matches(pattern: string, path: readonly string[]): boolean {
  const parts = pattern.split(".");
  return parts.length === path.length && parts.every((part, index) => part === "*" || part === path[index]);
}

function withDefault(value: unknown, added: { readonly path: readonly string[]; readonly fallback: unknown }): unknown {
  const [name, ...rest] = added.path;
  if (name === undefined) return value ?? added.fallback;
  if (value !== undefined && !isMapping(value)) return value;
  const inner = withDefault(value?.[name], { path: rest, fallback: added.fallback });
  return { ...value, [name]: inner };
}
