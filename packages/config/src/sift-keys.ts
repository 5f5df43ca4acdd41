import { isMapping } from "./mapping.ts";
import { keyOf, type KeyPath, type ParsedDocument } from "./parse-document.ts";
import type { Notice, Problem } from "./problem.ts";
import { answeredKeys, emptiedKeys, keysOfKind, renamedKeys, renamedValues, unusedKeys } from "./seed-keys.ts";
import { confinementKeys, confinementOf } from "./seed-sandbox.ts";

/** The global file, or the one of a project. */
export type FileKind = "global" | "project";

/** What is left for the schema, and what a person should hear about the rest. */
export interface Sifted {
  readonly value: unknown;
  readonly notices: readonly Notice[];
  readonly problems: readonly Problem[];
}

/** Sets aside keys that are known but mean nothing here, and moves keys that have another name now. */
export function siftKeys(parsed: ParsedDocument, kind: FileKind): Sifted {
  const notices: Notice[] = [];
  const problems: Problem[] = [];
  const note: Note = (path, message) => {
    notices.push({ place: parsed.placeOf(path), key: keyOf(path), message });
  };

  // Twice: what was moved as a whole may hold old names itself.
  const confine: Confine = (path, written) => {
    const { works, message } = confinementOf(written);
    (works ? notices : problems).push({ place: parsed.placeOf(path), key: keyOf(path), message });
  };
  let value = withNewNames(withNewNames(parsed.value, note), note);
  value = withoutKeys(value, { patterns: confinementKeys, found: confine });
  value = withPlainPermissions(value, note);
  value = withoutKeys(value, { patterns: unusedKeys, found: (path) => note(path, "is known, but not used yet") });
  value = withoutKeys(value, {
    patterns: Object.keys(answeredKeys),
    found: (path) => note(path, answeredKeys[path.join(".")] ?? ""),
  });
  value = withoutEmpty(value, emptiedKeys);
  const foreign = kind === "global" ? keysOfKind.project : keysOfKind.global;
  const home = kind === "global" ? "a project's .orch.yml" : "the global config.yml";
  value = withoutKeys(value, { patterns: foreign, found: (path) => note(path, `is only read from ${home}`) });
  return { value, notices, problems };
}

type Confine = (path: KeyPath, written: unknown) => void;
type Note = (path: KeyPath, message: string) => void;

/** The value with its old names replaced; what stands under a new name already wins. */
function withNewNames(value: unknown, note: Note): unknown {
  const taken: { readonly path: readonly string[]; readonly fallback: unknown }[] = [];
  const left = withoutKeys(value, {
    patterns: Object.keys(renamedKeys),
    found(path, old) {
      const pattern = Object.keys(renamedKeys).find((known) => matches(known, path)) ?? "";
      const now = renamedKeys[pattern] ?? "";
      const target = now.split(".").map((part, index) => (part === "*" ? (path[index] ?? "") : part));
      const isWord = typeof old === "string" || typeof old === "boolean";
      const fallback = isWord ? (renamedValues[now]?.[String(old)] ?? old) : old;
      taken.push({ path: target, fallback });
      note(path, `is called ${keyOf(target)} now`);
    },
  });
  return taken.reduce((under, added) => withDefault(under, added), left);
}

/** The first seed's `workflow.permissions` is a mapping; its mode is the word that stands there now. */
function withPlainPermissions(value: unknown, note: Note): unknown {
  const workflow = isMapping(value) ? value["workflow"] : undefined;
  const permissions = isMapping(workflow) ? workflow["permissions"] : undefined;
  if (!isMapping(value) || !isMapping(workflow) || !isMapping(permissions)) return value;
  const { mode, ...strange } = permissions;
  if (Object.keys(strange).length > 0) return value;
  if (mode !== undefined) note(["workflow", "permissions", "mode"], "is called workflow.permissions now");
  const { permissions: _whole, ...rest } = workflow;
  return { ...value, workflow: { ...rest, ...(mode === undefined ? {} : { permissions: mode }) } };
}

/** Without mappings whose keys have all gone elsewhere. */
function withoutEmpty(value: unknown, names: readonly string[]): unknown {
  if (!isMapping(value)) return value;
  const isEmpty = (inner: unknown): boolean => isMapping(inner) && Object.keys(inner).length === 0;
  return Object.fromEntries(Object.entries(value).filter(([name, inner]) => !names.includes(name) || !isEmpty(inner)));
}

interface Removal {
  readonly patterns: readonly string[];
  found(path: readonly string[], value: unknown): void;
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
