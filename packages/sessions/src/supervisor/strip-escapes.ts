const ESC = String.fromCodePoint(0x1b);
const CSI = `(?:${ESC}\\[|\\u009b)`;
/** Terminal sequences, longest kinds first; an unfinished one swallows the rest of the text. */
const SEQUENCES = new RegExp(
  [
    `${CSI}[0-?]*[ -/]*(?:[@-~]|$)`,
    // Commands with a text: titles, clipboard, hyperlinks, device strings.
    `(?:${ESC}[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u009c${ESC}]*(?:\\u0007|\\u009c|${ESC}\\\\|$)?`,
    `${ESC}[ -/]*[0-~]?`,
    "[\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f-\\u009f]",
  ].join("|"),
  "gu",
);
const COLOUR = new RegExp(`^${ESC}\\[[0-9;:]*m$`, "u");

/** Text that is safe to show on a terminal: of all its control sequences only colours and line ends are left. */
export function stripEscapes(text: string): string {
  return text.replaceAll(SEQUENCES, (found) => (COLOUR.test(found) ? found : ""));
}
