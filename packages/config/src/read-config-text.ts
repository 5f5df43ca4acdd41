import { nearest } from "@orch/core";
import type { z } from "zod";

import { ConfigFile } from "./config-file.ts";
import { heldSecret } from "./held-secret.ts";
import { withoutSecrets, type Environment } from "./interpolate.ts";
import { knownKeys, knownNamesAt } from "./known-keys.ts";
import { isMapping, valueAt } from "./mapping.ts";
import { keyOf, parseConfigText, type KeyPath, type ParsedDocument } from "./parse-document.ts";
import type { Notice, Place, Problem } from "./problem.ts";
import { siftKeys, type FileKind } from "./sift-keys.ts";

/** One configuration file, understood as far as it can be. */
export interface WrittenConfig {
  readonly path: string;
  readonly kind: FileKind;
  /** Empty when there are problems. */
  readonly file: ConfigFile;
  readonly notices: readonly Notice[];
  readonly problems: readonly Problem[];
  readonly placeOf: (path: KeyPath) => Place;
  /** Where it holds a secret itself; absent: it holds none, or can't be parsed. */
  readonly secretAt?: KeyPath;
}

/** What a text comes from. */
export interface ConfigText {
  readonly path: string;
  readonly kind: FileKind;
  readonly text: string;
  readonly env: Environment;
}

type Issue = z.core.$ZodIssue;

/** Reads one file's text: YAML, variables, known keys, schema. Reports all problems at once and never throws. */
export function readConfigText(source: ConfigText): WrittenConfig {
  const env = source.kind === "project" ? withoutSecrets(source.env) : source.env;
  const parsed = parseConfigText({ file: source.path, text: source.text, env });
  const secretAt = heldSecret(parsed);
  const held = secretAt === undefined ? {} : { secretAt };
  const base = { path: source.path, kind: source.kind, placeOf: parsed.placeOf, ...held };
  if (parsed.value === undefined) return { ...base, file: {}, notices: [], problems: parsed.problems };
  if (!isMapping(parsed.value)) {
    const problem = { place: parsed.placeOf([]), key: "", message: "must hold keys and values, such as `engine:`" };
    return { ...base, file: {}, notices: [], problems: [...parsed.problems, problem] };
  }
  const sifted = siftKeys(parsed, source.kind);
  const checked = check(sifted.value, parsed);
  const problems = [...parsed.problems, ...sifted.problems, ...checked.problems].toSorted(byPlace);
  return { ...base, file: problems.length === 0 ? checked.file : {}, notices: sifted.notices, problems };
}

function check(
  value: unknown,
  parsed: ParsedDocument,
): { readonly file: ConfigFile; readonly problems: readonly Problem[] } {
  const first = ConfigFile.safeParse(value);
  if (first.success) return { file: first.data, problems: [] };
  const converted = withScalars(value, { issues: first.error.issues, parsed });
  const second = ConfigFile.safeParse(converted);
  if (second.success) return { file: second.data, problems: [] };
  return {
    file: {},
    problems: second.error.issues.flatMap((issue) => problemsOf(issue, { value: converted, parsed })),
  };
}

/** A variable's value is a text; where the schema wants a number or a truth value, it is read as one. */
function withScalars(
  value: unknown,
  given: { readonly issues: readonly Issue[]; readonly parsed: ParsedDocument },
): unknown {
  const wanted = new Set<string>();
  for (const issue of given.issues) {
    const path = pathOf(issue);
    if (issue.code === "invalid_type" && given.parsed.isInterpolated(path)) wanted.add(keyOf(path));
  }
  return wanted.size === 0 ? value : mapScalars(value, { path: [], wanted });
}

function mapScalars(value: unknown, at: { readonly path: KeyPath; readonly wanted: ReadonlySet<string> }): unknown {
  const { path, wanted } = at;
  if (Array.isArray(value)) return value.map((item, index) => mapScalars(item, { path: [...path, index], wanted }));
  if (isMapping(value)) {
    const entries = Object.entries(value).map(
      ([name, inner]) => [name, mapScalars(inner, { path: [...path, name], wanted })] as const,
    );
    return Object.fromEntries(entries);
  }
  return typeof value === "string" && wanted.has(keyOf(path)) ? scalarOf(value) : value;
}

function scalarOf(text: string): string | number | boolean {
  if (/^-?\d{1,15}(?:\.\d{1,6})?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text;
}

function problemsOf(
  issue: Issue,
  given: { readonly value: unknown; readonly parsed: ParsedDocument },
): readonly Problem[] {
  const path = pathOf(issue);
  const place = given.parsed.placeOf(path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => unknownKey([...path, name], given.parsed));
  }
  if (issue.code === "invalid_key")
    return [{ place, key: keyOf(path), message: issue.issues[0]?.message ?? issue.message }];
  const missing = issue.code === "invalid_type" && valueAt(given.value, path) === undefined;
  return [{ place, key: keyOf(path), message: missing ? "is missing" : issue.message }];
}

function unknownKey(path: KeyPath, parsed: ParsedDocument): Problem {
  const name = String(path.at(-1));
  const near = nearest(name, knownNamesAt(path.slice(0, -1)));
  const elsewhere = knownKeys().find(({ key }) => key.endsWith(`.${name}`))?.key;
  const meant = near ?? elsewhere;
  const message = meant === undefined ? "is not a known key" : `is not a known key; did you mean ${meant}?`;
  return { place: parsed.placeOf(path), key: keyOf(path), message };
}

function pathOf(issue: Issue): KeyPath {
  return issue.path.map((part) => (typeof part === "number" ? part : String(part)));
}

function byPlace({ place: left }: Problem, { place: right }: Problem): number {
  return (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0);
}
