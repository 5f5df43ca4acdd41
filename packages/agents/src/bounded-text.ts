const MAX_BYTES = 65_536;
// Three bytes a character at worst, so that the whole stays within `MAX_BYTES`.
const KEPT = 10_800;

/** A text of at most 64 KiB: longer ones lose their middle, because what matters stands at the ends. */
export function boundedText(text: string): string {
  if (text.length * 3 <= MAX_BYTES || Buffer.byteLength(text) <= MAX_BYTES) return text;
  return `${text.slice(0, KEPT)}\n… ${text.length - 2 * KEPT} characters left out …\n${text.slice(-KEPT)}`.toWellFormed();
}

/** The last `length` characters of an output (4,000 unless told). */
export function tailOf(text: string, length = 4000): string {
  return text.length <= length ? text : `…${text.slice(-(length - 1))}`.toWellFormed();
}

/** The first line of a text, at most 200 characters: for summaries. */
export function headline(text: string): string {
  const [line = ""] = text.trim().split("\n", 1);
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`.toWellFormed();
}
