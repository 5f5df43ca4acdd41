import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
} from "yaml";

import { interpolate, type Environment } from "./interpolate.ts";
import type { Place, Problem } from "./problem.ts";

/** The keys and list positions that lead to a value. */
export type KeyPath = readonly (string | number)[];

/** A YAML text as plain values with its variables replaced, and where each value was written. */
export interface ParsedDocument {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the key of a value stands, or its nearest known ancestor. */
  readonly placeOf: (path: KeyPath) => Place;
  /** True when a variable was replaced in the text at this path. */
  readonly isInterpolated: (path: KeyPath) => boolean;
}

const MOST_NODES = 20_000;
const MOST_DEPTH = 32;
const TOO_MUCH = "is nested too deeply or holds too much";

interface Source {
  readonly file: string;
  readonly text: string;
  readonly env: Environment;
}

/** Shows a path as people write it: `agents.codex.args[0]`. */
export function keyOf(path: KeyPath): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/** Parses a YAML text. Whatever the text is, the outcome is a value and a list of problems; nothing is thrown. */
export function parseConfigText(source: Source): ParsedDocument {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const broken = document.errors.map(({ message, pos }) => ({
    place: at(pos[0]),
    key: "",
    message: `is not valid YAML: ${message}`,
  }));
  if (broken.length > 0)
    return { value: undefined, problems: broken, placeOf: () => at(0), isInterpolated: () => false };
  const read = readNodes(document, { env: source.env, at });
  return {
    value: read.value,
    problems: read.problems,
    placeOf: (path) => at(offsetOf(read.offsets, path)),
    isInterpolated: (path) => read.interpolated.has(keyOf(path)),
  };
}

function offsetOf(offsets: ReadonlyMap<string, number>, path: KeyPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsets.get(keyOf(path.slice(0, length)));
    if (offset !== undefined) return offset;
  }
  return 0;
}

interface Nodes {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  readonly offsets: ReadonlyMap<string, number>;
  readonly interpolated: ReadonlySet<string>;
}

/** Turns nodes into plain values itself, because aliases may be cyclic or explode, and positions are wanted. */
function readNodes(
  document: Document,
  given: { readonly env: Environment; readonly at: (offset: number) => Place },
): Nodes {
  const problems: Problem[] = [];
  const offsets = new Map<string, number>();
  const interpolated = new Set<string>();
  let left = MOST_NODES;

  function report(node: Node, why: { readonly path: KeyPath; readonly message: string }): undefined {
    problems.push({ place: given.at(node.range?.[0] ?? 0), key: keyOf(why.path), message: why.message });
  }

  function read(node: unknown, path: KeyPath): unknown {
    left -= 1;
    if (isAlias(node)) return readAlias(node, path);
    if (isMap(node)) return readMap(node, path);
    if (isSeq(node))
      return enter(node, path) ? node.items.map((item, index) => read(item, note(item, [...path, index]))) : [];
    if (!isScalar(node) || node.value === null) return undefined;
    return typeof node.value === "string" ? readText(node, { path, text: node.value }) : node.value;
  }

  function note(node: unknown, path: KeyPath): KeyPath {
    const offset = isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
    if (offset !== undefined && !offsets.has(keyOf(path))) offsets.set(keyOf(path), offset);
    return path;
  }

  function enter(node: Node, path: KeyPath): boolean {
    if (path.length <= MOST_DEPTH && left > 0) return true;
    if (problems.every(({ message }) => message !== TOO_MUCH))
      report(node, { path: path.slice(0, 4), message: TOO_MUCH });
    return false;
  }

  function readAlias(node: Alias, path: KeyPath): unknown {
    const target = node.resolve(document);
    if (target === undefined)
      return report(node, { path, message: `refers to an unknown anchor ${node.source.slice(0, 60)}` });
    return enter(node, path) ? read(target, path) : undefined;
  }

  function readMap(node: YAMLMap, path: KeyPath): unknown {
    if (!enter(node, path)) return {};
    const entries: [string, unknown][] = [];
    for (const { key, value } of node.items) {
      if (isScalar(key) && (typeof key.value === "string" || typeof key.value === "number")) {
        const inner = note(key, [...path, String(key.value)]);
        entries.push([String(key.value), read(value, inner)]);
      } else report(node, { path, message: "has a key that is not a text" });
    }
    return Object.fromEntries(entries);
  }

  function readText(node: Scalar, written: { readonly path: KeyPath; readonly text: string }): unknown {
    const replaced = interpolate(written.text, given.env);
    if (!replaced.ok) return report(node, { path: written.path, message: replaced.error });
    if (replaced.value !== written.text) interpolated.add(keyOf(written.path));
    return replaced.value;
  }

  return { value: read(document.contents, []), problems, offsets, interpolated };
}
