import { stripVTControlCharacters } from "node:util";

import { stripTerminal } from "@orch/security";

/** Marks a text. */
type Mark = (text: string) => string;

/** How texts are marked on a terminal; without colour, all of these leave them as they are. */
export interface Style {
  readonly color: boolean;
  readonly bold: Mark;
  readonly dim: Mark;
  readonly red: Mark;
  readonly green: Mark;
  readonly yellow: Mark;
  readonly blue: Mark;
  readonly cyan: Mark;
}

/** Colours, or none. */
export function createStyle(color: boolean): Style {
  const mark =
    (on: number, off: number): Mark =>
    (text) =>
      color ? `\u001B[${on}m${text}\u001B[${off}m` : text;
  return {
    color,
    bold: mark(1, 22),
    dim: mark(2, 22),
    red: mark(31, 39),
    green: mark(32, 39),
    yellow: mark(33, 39),
    blue: mark(34, 39),
    cyan: mark(36, 39),
  };
}

/** What somebody else wrote, as one line without any control (SECURITY T21). */
export function oneLine(text: string): string {
  return stripVTControlCharacters(stripTerminal(text)).replaceAll(/\s+/g, " ").trim();
}

/** What somebody else wrote, with its lines and, on a terminal, its colours; nothing that moves or writes elsewhere. */
export function printable(text: string, style: Style): string {
  const safe = harmless(text, style);
  // A colour that is not ended would run on into what follows.
  return safe.includes("\u001B[") ? `${safe}\u001B[0m` : safe;
}

/** A whole answer before it leaves: whatever field was forgotten, of all controls only styles are left, and in a pipe none. */
export function harmless(text: string, { color }: Style): string {
  const safe = stripTerminal(text);
  return color ? safe : stripVTControlCharacters(safe);
}

const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

/** Whole characters of a text; the segmenter takes milliseconds to make, and most calls never need one. */
function graphemes(text: string): Iterable<string> {
  if (/^[ -~]*$/.test(text)) return text;
  return Array.from(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text), ({ segment }) => segment);
}

/** How many columns a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const segment of graphemes(stripVTControlCharacters(text))) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** A plain text cut to a width, with an ellipsis when something is missing. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let cut = "";
  let width = 1;
  for (const segment of graphemes(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** A time for people, in UTC to the minute. `time`: milliseconds since 1970. */
export function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}
