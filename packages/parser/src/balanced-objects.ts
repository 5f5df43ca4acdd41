/** Where an object stands in a text: from its opening brace to just after its closing one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The objects of a text, as far as braces tell. */
export interface BalancedObjects {
  /** In the order of their ends, inner before outer, the last `keep` of them. */
  readonly spans: readonly Span[];
  /** The first brace that is never closed although it looks like the start of a JSON object. */
  readonly unclosed?: number;
}

const MAX_DEPTH = 1000;

/**
 * Finds balanced `{…}` in any text in one pass. Braces inside JSON strings do not count; a line end closes a string,
 * because JSON strings have none, so that a stray quote in prose spoils at most its own line.
 */
export function balancedObjects(text: string, keep: number): BalancedObjects {
  const open: number[] = [];
  const spans: Span[] = [];
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === "\n") quoted = false;
    else if (quoted && char === "\\") index += 1;
    else if (char === '"') quoted = open.length > 0 && !quoted;
    else if (quoted) continue;
    else if (char === "{" && open.length < MAX_DEPTH) open.push(index);
    else if (char === "}") {
      const start = open.pop();
      if (start === undefined) continue;
      spans.push({ start, end: index + 1 });
      if (spans.length > keep) spans.shift();
    }
  }
  const unclosed = open.find((start) => /^\{\s*"\w/.test(text.slice(start, start + 50)));
  return unclosed === undefined ? { spans } : { spans, unclosed };
}
