// oxlint-disable no-control-regex -- control characters are what this module is about
// Commands with a text argument (titles, clipboard, links): up to their end, or only the opener when there is none.
const STRINGS = /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])(?:[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c))?/g;
const SEQUENCES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g;
const STYLE = /^\u001b\[[0-9;:]{0,64}m$/;
const OTHERS = /\u001b(?!\[[0-9;:]*m)[ -/]*[0-~]?/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;
/** They let words appear in another order than they are stored in, so that a person reads something else. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that is safe to print on a terminal: colours and styles (SGR) stay; cursor movement, titles, clipboard, links and
 * every other control except newline and tab are removed, and so are changes of the writing direction. A lone carriage return goes too: it would overwrite the line.
 */
export function stripTerminal(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(STRINGS, "")
    .replaceAll(SEQUENCES, (sequence) => (STYLE.test(sequence) ? sequence : ""))
    .replaceAll(OTHERS, "")
    .replaceAll(CONTROLS, "")
    .replaceAll(DIRECTIONS, "");
}
