import type { SecretFinding } from "@orch/core";

import { shadowOf } from "./ansi-shadow.ts";
import type { KnownValues } from "./known-values.ts";
import { scan, type Scan, type Span } from "./scan.ts";
import { LONGEST_MATCH, type SecretRule } from "./secret-rules.ts";

/** More than any rule looks back. */
const CONTEXT = 256;
const WINDOWS = 5;

/** Text that is not yet shown, and the end of what was shown of the same line. */
export interface Held {
  readonly context: string;
  readonly text: string;
}

/** What can be said of held text: everything before `cut` is judged, whatever comes next. */
export interface Settled {
  readonly cut: number;
  /** Those before the cut; positions in the held text. */
  readonly findings: readonly SecretFinding[];
}

/** What judges. */
export interface Judge {
  readonly known: KnownValues;
  readonly patterns: readonly SecretRule[];
}

/** How much text is held at most before it is cut by force. */
export function windowOf({ known }: Judge): number {
  return WINDOWS * overlapOf(known);
}

/**
 * Judges held text that is at most a window long. The cut is behind the last newline that no secret can cross; in a full
 * window without one it is before the overlap, inside of nothing; at the last one it is the end. Where text is cut by
 * force depends on the text alone, never on the pieces in which it came.
 */
export function settle(judge: Judge, held: Held, when: "open" | "full" | "last"): Settled {
  const from = held.context.length;
  const seen = shifted(scan(held.context + held.text, { ...judge, from }), -from);
  const cut = cutOf(judge, held.text, { seen, when });
  return { cut, findings: seen.findings.filter(({ end }) => end <= cut) };
}

/** Judges a whole text, a window at a time. */
export function findAll(judge: Judge, text: string): readonly SecretFinding[] {
  const found: SecretFinding[] = [];
  let offset = 0;
  let held: Held = { context: "", text: "" };
  for (let more = true; more;) {
    const window = windowOf(judge);
    more = text.length - offset > window;
    held = { context: held.context, text: text.slice(offset, offset + window) };
    const { cut, findings } = settle(judge, held, more ? "full" : "last");
    for (const { rule, start, end } of findings) found.push({ rule, start: start + offset, end: end + offset });
    held = rest(held, cut);
    offset += cut;
  }
  return found;
}

/** What is held after a cut. */
export function rest({ context, text }: Held, cut: number): Held {
  const shown = cut === 0 ? context : (context + text.slice(0, cut)).slice(-CONTEXT);
  return { context: shown.endsWith("\n") ? "" : shown, text: text.slice(cut) };
}

function cutOf(judge: Judge, text: string, { seen, when }: { seen: Scan; when: "open" | "full" | "last" }): number {
  if (when === "last") return text.length;
  const newline = settledNewline(judge, text, seen);
  if (newline > 0 || when === "open") return newline;
  const wanted = text.length - overlapOf(judge.known);
  const across = regions(seen.whole).find(({ start, end }) => start < wanted && end > wanted);
  if (across === undefined) return wanted;
  return across.start > 0 ? across.start : Math.min(across.end, text.length);
}

function settledNewline({ known }: Judge, text: string, { whole }: Scan): number {
  const crossing = regions(whole.filter(({ start, end }) => text.slice(start, end).includes("\n")));
  let cut = text.lastIndexOf("\n") + 1;
  let last = crossing.length - 1;
  while (cut > 0) {
    while ((crossing[last]?.start ?? -1) >= cut) last -= 1;
    const across = crossing[last];
    // One that ends at the cut counts: the body of a private key does, and its last line is still to come.
    const inside = across !== undefined && across.end >= cut;
    if (!inside && !mayGoOn(known, text.slice(0, cut))) return cut;
    const before = inside ? across.start : cut - 1;
    cut = before <= 0 ? 0 : text.lastIndexOf("\n", before - 1) + 1;
  }
  return 0;
}

/** Spans in order, joined where they overlap. */
function regions(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const { start, end } of spans.toSorted((left, right) => left.start - right.start)) {
    const last = joined.at(-1);
    if (last === undefined || start >= last.end) joined.push({ start, end });
    else if (end > last.end) joined[joined.length - 1] = { start: last.start, end };
  }
  return joined;
}

function mayGoOn(known: KnownValues, text: string): boolean {
  if (known.longest() === 0) return false;
  if (known.mayGoOn(text)) return true;
  const shadow = shadowOf(text.slice(-2 * known.longest()));
  return shadow !== null && known.mayGoOn(shadow.text);
}

function overlapOf(known: KnownValues): number {
  return Math.max(LONGEST_MATCH, known.longest()) + 4 * CONTEXT;
}

function shifted({ findings, whole }: Scan, by: number): Scan {
  if (by === 0) return { findings, whole };
  const move = <Part extends Span>(part: Part): Part => ({ ...part, start: part.start + by, end: part.end + by });
  return { findings: findings.map(move), whole: whole.map(move) };
}
