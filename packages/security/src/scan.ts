import type { SecretFinding } from "@orch/core";

import { blanked, shadowOf, type Shadow } from "./ansi-shadow.ts";
import type { KnownValues } from "./known-values.ts";
import { secretRules, TOKEN_BEGINNINGS, type SecretRule } from "./secret-rules.ts";

/** A part of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What was seen in a text. */
export interface Scan {
  /** In order of position, joined where they overlap. */
  readonly findings: readonly SecretFinding[];
  /** Everything that must not be cut: matches, refused ones too, and terminal sequences. */
  readonly whole: readonly Span[];
}

/** Where and with what to look. */
export interface ScanRequest {
  readonly known: KnownValues;
  /** Patterns of the project; each sees one line at a time. */
  readonly patterns: readonly SecretRule[];
  /** Nothing that begins before it counts; what stands there is context. */
  readonly from: number;
}

interface Match extends Span {
  readonly rule: string;
  /** Where the secret begins: behind what may stay visible. Null when a second look refused it. */
  readonly secret: number | null;
}

/**
 * Looks for known values and known shapes: in the text itself and, where it holds terminal sequences, also without them
 * and with spaces in their place.
 */
export function scan(text: string, request: ScanRequest): Scan {
  const { known, from } = request;
  const shadow = shadowOf(text);
  if (shadow === null) return scanOf([...knownIn(text, known, from), ...shapesIn(text, request)]);
  const start = shadow.fromOriginal(from);
  const inShadow = [...knownIn(shadow.text, known, start), ...shapesIn(shadow.text, { ...request, from: start })];
  const matches = [
    ...knownIn(text, known, from),
    ...blankedShapes(text, shadow, request),
    ...inShadow.map((match) => ({
      rule: match.rule,
      start: shadow.toOriginal(match.start),
      end: shadow.toOriginal(match.end - 1) + 1,
      secret: match.secret === null ? null : shadow.toOriginal(match.secret),
    })),
  ];
  const seen = scanOf(matches);
  return { ...seen, whole: [...seen.whole, ...shadow.sequences.filter(({ end }) => end > from)] };
}

function scanOf(matches: readonly Match[]): Scan {
  const secrets = matches.flatMap(({ rule, end, secret }) => (secret === null ? [] : [{ rule, start: secret, end }]));
  return { findings: joined(secrets), whole: matches };
}

function knownIn(text: string, known: KnownValues, from: number): readonly Match[] {
  return known.find(text, from).map(({ start, end }) => ({ rule: "known-secret", start, end, secret: start }));
}

function shapesIn(text: string, { patterns, from }: ScanRequest): readonly Match[] {
  const found: Match[] = [];
  collectAll(text, { rules: secretRules, from, into: found, shift: 0 });
  if (patterns.length > 0) {
    forEachLine(text, from, (line, shift) => {
      collectAll(line, { rules: patterns, from: Math.max(0, from - shift), into: found, shift });
    });
  }
  return found;
}

/** Words that a sequence alone keeps apart. Only lines with one differ from the shadow. */
function blankedShapes(text: string, shadow: Shadow, { patterns, from }: ScanRequest): readonly Match[] {
  const found: Match[] = [];
  const rules = [...secretRules, ...patterns];
  let next = 0;
  forEachLine(blanked(text, shadow), from, (line, shift) => {
    const end = shift + line.length;
    while ((shadow.sequences[next]?.start ?? end) < shift) next += 1;
    if ((shadow.sequences[next]?.start ?? end) >= end) return;
    collectAll(line, { rules, from: Math.max(0, from - shift), into: found, shift });
  });
  return found;
}

function forEachLine(text: string, from: number, visit: (line: string, start: number) => void): void {
  let start = from === 0 ? 0 : text.lastIndexOf("\n", from - 1) + 1;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    visit(text.slice(start, end), start);
    start = end + 1;
  }
}

interface Collecting {
  readonly rules: readonly SecretRule[];
  readonly from: number;
  readonly into: Match[];
  /** Position of the text in the one that is scanned. */
  readonly shift: number;
}

function collectAll(text: string, { rules, from, into, shift }: Collecting): void {
  const tokens = TOKEN_BEGINNINGS.test(text);
  for (const { name, hint, token, pattern, accept } of rules) {
    if ((token === true && !tokens) || (hint !== undefined && !text.includes(hint))) continue;
    pattern.lastIndex = from;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const kept = match.groups?.["keep"]?.length ?? 0;
      const secret = match[0].slice(kept);
      const start = match.index + shift;
      const refused = secret === "" || accept?.(secret) === false;
      if (match[0] === "") pattern.lastIndex += 1;
      into.push({ rule: name, start, end: start + match[0].length, secret: refused ? null : start + kept });
    }
  }
}

/** In order of position, overlapping ones joined under the name of the first. */
function joined(findings: readonly SecretFinding[]): readonly SecretFinding[] {
  const result: SecretFinding[] = [];
  for (const next of findings.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = result.at(-1);
    if (last === undefined || next.start >= last.end) result.push(next);
    else if (next.end > last.end) result[result.length - 1] = { ...last, end: next.end };
  }
  return result;
}
