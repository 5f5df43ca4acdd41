// oxlint-disable no-control-regex -- control characters are what this module is about
// Commands with a text argument (titles, clipboard, links): up to their end, or only the opener when there is none.
const STRINGS = /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])(?:[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c))?/g;
const SEQUENCES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g;
const STYLE = /^\u001b\[[0-9;:]{0,64}m$/;
const OTHERS = /\u001b(?!\[[0-9;:]*m)[ -/]*[0-~]?/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;
/** What JSON leaves as it is. */
const UNPRINTABLE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
/** They let words appear in another order than they are stored in, so that a person reads something else. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/** How many figures after it say which colour 38, 48 or 58 stands for, by the first of them. */
const COLOUR_FIGURES: Readonly<Record<string, number>> = { "5": 1, "2": 3 };

/**
 * Text that is safe to print on a terminal: colours and styles (SGR) stay, but none that conceals; cursor movement, titles, clipboard, links and
 * every other control except newline and tab are removed, and so are changes of the writing direction. A lone carriage return goes too: it would overwrite the line.
 */
export function stripTerminal(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(STRINGS, "")
    .replaceAll(SEQUENCES, (sequence) => (STYLE.test(sequence) && !conceals(sequence) ? sequence : ""))
    .replaceAll(OTHERS, "")
    .replaceAll(CONTROLS, "")
    .replaceAll(DIRECTIONS, "");
}

/** True for a style that hides words: 8 among its figures, where it names no colour. */
function conceals(sequence: string): boolean {
  const figures = sequence.slice(2, -1).split(";");
  for (let at = 0; at < figures.length; at += 1) {
    const figure = figures[at] ?? "";
    if (/^0*8(?::|$)/.test(figure)) return true;
    if (/^0*[345]8$/.test(figure)) at += 1 + (COLOUR_FIGURES[figures[at + 1] ?? ""] ?? 0);
  }
  return false;
}

/** A text of JSON in which a terminal finds nothing to obey, so that it can be shown as it is; it reads as the same value. */
export function printableJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
