/** One line of a Markdown text that is neither code nor quoted nor hidden. */
export interface PlainLine {
  readonly text: string;
  /** From 0, in the whole text. */
  readonly number: number;
}

const LONGEST = 262_144;
const STRICT_OPENING = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
/** More than Markdown takes for the beginning of a fence: at any depth of lists. */
const LAX_OPENING = /^[\s\d.)*+-]*(`{3,}|~{3,})/;
const CLOSING = /^ {0,3}(`{3,}|~{3,})[ \t]*$/;
const QUOTE = /^[\s\d.)*+-]*>/;
const RAW = /<(pre|code|script|style|textarea|blockquote)\b/i;

/**
 * The lines of a Markdown text that somebody said themselves: outside of fences (also nested and unclosed ones), indented
 * code, code spans over several lines, quotes with what hangs on them, HTML comments, and raw HTML blocks. In doubt a line
 * is left out. Only the first 262,144 characters are read.
 */
export function plainLines(markdown: string): readonly PlainLine[] {
  const lines = linesOf(markdown);
  const strict = fencePlaces(lines);
  const lax = placesIn(lines, LAX_OPENING);
  const shown = withoutHidden(lines, (number) => strict[number] === "outside" && lax[number] === "outside");
  return withoutSpans(withoutQuotes(shown));
}

/** The lines in the fences of a Markdown text, without the fences themselves and without what is in HTML comments. */
export function codeLines(markdown: string): readonly PlainLine[] {
  const lines = linesOf(markdown.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, (hidden) => hidden.replaceAll(/[^\n]+/g, "")));
  const places = fencePlaces(lines);
  return lines.flatMap((text, number) => (places[number] === "code" ? [{ text, number }] : []));
}

function linesOf(markdown: string): readonly string[] {
  return markdown.slice(0, LONGEST).replaceAll(/\r\n?/g, "\n").split("\n");
}

/** Where a line is: outside of fences, one of a fence's own two, or in one. */
export type FencePlace = "outside" | "fence" | "code";

/** Where each line of a Markdown text is. */
export function fencePlaces(lines: readonly string[]): readonly FencePlace[] {
  return placesIn(lines, STRICT_OPENING);
}

function placesIn(lines: readonly string[], opening: RegExp): readonly FencePlace[] {
  let fence: string | undefined;
  return lines.map((line) => {
    if (fence === undefined) {
      fence = opening.exec(line)?.[1];
      return fence === undefined ? "outside" : "fence";
    }
    const closing = CLOSING.exec(line)?.[1] ?? "";
    if (!closing.startsWith(fence)) return "code";
    fence = undefined;
    return "fence";
  });
}

/** Blanks what is in HTML comments and raw blocks; lines in fences are blank already. */
function withoutHidden(lines: readonly string[], isOutside: (number: number) => boolean): readonly string[] {
  let until: RegExp | undefined;
  return lines.map((line, number) => {
    if (!isOutside(number)) return "";
    if (until !== undefined) {
      if (until.test(line)) until = undefined;
      // What follows on the line of an end is not the beginning of a line.
      return "";
    }
    const comment = line.indexOf("<!--");
    const raw = RAW.exec(line);
    const cut = Math.min(comment < 0 ? line.length : comment, raw?.index ?? line.length);
    if (cut === line.length) return line;
    const end = cut === comment ? /-->/ : new RegExp(`</${raw?.[1] ?? ""}\\s*>`, "i");
    if (!end.test(line.slice(cut))) until = end;
    return line.slice(0, cut);
  });
}

/** Blanks quotes, the lines that hang on them, and indented code. */
function withoutQuotes(lines: readonly string[]): readonly string[] {
  let quoted = false;
  return lines.map((line) => {
    if (line.trim() === "") {
      quoted = false;
      return "";
    }
    quoted ||= QUOTE.test(line);
    return quoted || /^(?: {4}| {0,3}\t)/.test(line) ? "" : line;
  });
}

/** Leaves out the lines that begin inside of a code span, and those that are blank. */
function withoutSpans(lines: readonly string[]): readonly PlainLine[] {
  const inside = new Set<number>();
  let first = 0;
  while (first < lines.length) {
    const blank = lines.indexOf("", first);
    const end = blank < 0 ? lines.length : blank;
    for (const number of insideSpans(lines.slice(first, end))) inside.add(first + number);
    first = end + 1;
  }
  return lines.flatMap((text, number) => (text === "" || inside.has(number) ? [] : [{ text, number }]));
}

/** The lines of a paragraph that begin inside of a code span. */
function insideSpans(paragraph: readonly string[]): readonly number[] {
  // A backtick behind a backslash begins no span, but ends one: both readings count.
  const escaped = paragraph.map((line) => line.replaceAll("\\`", "  "));
  return [...insideSpansOf(paragraph), ...insideSpansOf(escaped)];
}

function insideSpansOf(paragraph: readonly string[]): readonly number[] {
  const runs = paragraph.flatMap((line, number) => runsIn(line).map((run) => ({ ...run, number })));
  return spansOf(runs).flatMap(([open, close]) =>
    Array.from({ length: close.number - open.number }, (_, index) => open.number + index + 1),
  );
}

/** A line in parts: its code spans, with their backticks, and what is between them. */
export function codeParts(line: string): readonly { readonly code: boolean; readonly text: string }[] {
  const parts: { code: boolean; text: string }[] = [];
  let from = 0;
  for (const [open, close] of spansOf(runsIn(line))) {
    const end = close.at + close.length;
    parts.push({ code: false, text: line.slice(from, open.at) }, { code: true, text: line.slice(open.at, end) });
    from = end;
  }
  return [...parts, { code: false, text: line.slice(from) }];
}

/** A line without its code spans. */
export function withoutCode(line: string): string {
  return codeParts(line)
    .map(({ code, text }) => (code ? " " : text))
    .join("");
}

interface Run {
  readonly at: number;
  readonly length: number;
}

function runsIn(line: string): readonly Run[] {
  return [...line.matchAll(/`+/g)].map(({ index, 0: ticks }) => ({ at: index, length: ticks.length }));
}

/** The pairs of backtick runs that make code spans: each goes with the next one of its length. */
function spansOf<Ticks extends Run>(runs: readonly Ticks[]): readonly (readonly [Ticks, Ticks])[] {
  const later = new Map<number, number>();
  const next = runs.map(() => -1);
  for (const [index, { length }] of [...runs.entries()].toReversed()) {
    next[index] = later.get(length) ?? -1;
    later.set(length, index);
  }
  const spans: (readonly [Ticks, Ticks])[] = [];
  let index = 0;
  while (index < runs.length) {
    const close = next[index] ?? -1;
    const pair = [runs[index], runs[close]];
    if (pair[0] !== undefined && pair[1] !== undefined) spans.push([pair[0], pair[1]]);
    index = Math.max(index, close) + 1;
  }
  return spans;
}
