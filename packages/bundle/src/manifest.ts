/** How many secrets stand hidden, by the name in `[redacted:<name>]`; `hidden` and `withheld` for marks without one. */
export type HiddenCounts = Readonly<Record<string, number>>;

/** `manifest.json` of the archive. */
export interface BundleManifest {
  /** Of this document. */
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** The version of orch that made it. */
  readonly orch: string;
  /** What the archive may hold at most, in bytes before compression. */
  readonly mostBytes: number;
  /** What is never in it, for people. */
  readonly never: readonly string[];
  readonly files: readonly BundleFile[];
  /** What was wanted and could not be had, or was kept back. */
  readonly missing: readonly MissingPart[];
  /** Of all files together. */
  readonly hidden: HiddenCounts;
}

/** A file of the archive. */
export interface BundleFile {
  readonly name: string;
  readonly what: string;
  readonly bytes: number;
  /** True: only its end is there. */
  readonly cut?: true;
  readonly hidden: HiddenCounts;
}

/** A part that is not in the archive. */
export interface MissingPart {
  readonly name: string;
  readonly what: string;
  /** One line for people. */
  readonly why: string;
}

const MARK = /\[(?:redacted:([^\]\n]{1,80})|(hidden)|(withheld))\]/g;

/** Counts the marks of hidden secrets in a text, whoever put them there. */
export function countHidden(text: string): HiddenCounts {
  const counts: Record<string, number> = {};
  for (const [, rule, hidden, withheld] of text.matchAll(MARK)) {
    const name = rule ?? hidden ?? withheld ?? "";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Adds counts up. */
export function sumHidden(all: readonly HiddenCounts[]): HiddenCounts {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
