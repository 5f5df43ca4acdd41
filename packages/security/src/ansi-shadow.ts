// oxlint-disable no-control-regex -- control sequences are what this module is about
const INTRODUCER = String.raw`(?:\u001b|\\u001[bB]|\\x1[bB]|\\033|\\e)`;
const SEQUENCE = new RegExp(
  String.raw`${INTRODUCER}(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\u0007\u001b\n]{0,512}(?:\u0007|\u001b\\)|[()][0-9A-B])`,
  "g",
);
const HINT = /\u001b|\\(?:u001b|x1b|033|e\[)/i;

/** A text without its terminal sequences, and the way to positions in the original and back. */
export interface Shadow {
  readonly text: string;
  /** Where the sequences stand in the original. */
  readonly sequences: readonly { readonly start: number; readonly end: number }[];
  /** The position in the original of a character of the shadow. */
  toOriginal(index: number): number;
  /** The position in the shadow of the first character that stands at this position of the original, or behind it. */
  fromOriginal(index: number): number;
}

/**
 * The shadow of a text, in which a secret that colours cut apart is whole again; null when there is nothing to remove.
 * Sequences count in their JSON- and shell-escaped spellings too. None holds a newline.
 */
export function shadowOf(text: string): Shadow | null {
  if (!HINT.test(text)) return null;
  const sequences = [...text.matchAll(SEQUENCE)].map(({ index, 0: all }) => ({
    start: index,
    end: index + all.length,
  }));
  if (sequences.length === 0) return null;
  const places: number[] = [];
  const removed: number[] = [];
  let shadow = "";
  let from = 0;
  for (const { start, end } of sequences) {
    shadow += text.slice(from, start);
    from = end;
    places.push(shadow.length);
    removed.push(end - shadow.length);
  }
  return {
    text: shadow + text.slice(from),
    sequences,
    toOriginal: (index) => index + (removed[countUpTo(places, index) - 1] ?? 0),
    fromOriginal(index) {
      const before = countUpTo(
        sequences.map(({ start }) => start),
        index - 1,
      );
      const last = sequences[before - 1];
      return last === undefined ? index : (places[before - 1] ?? 0) + Math.max(0, index - last.end);
    },
  };
}

/** The same text with spaces in place of its sequences, so that no position moves and words stay apart. */
export function blanked(text: string, shadow: Shadow): string {
  let shown = "";
  let from = 0;
  for (const { start, end } of shadow.sequences) {
    shown += text.slice(from, start) + " ".repeat(end - start);
    from = end;
  }
  return shown + text.slice(from);
}

/** How many of the sorted values are at most this one. */
function countUpTo(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
