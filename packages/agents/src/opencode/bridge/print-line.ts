// The reader takes lines of at most 4 MiB.
const LONGEST_LINE = 4_000_000;
const LONGEST_TEXT = 262_144;
const SHORT_TEXT = 4096;

/**
 * A value as one line of JSON of at most 4,000,000 characters: long texts lose their middle, and what is too long
 * nevertheless becomes `otherwise`.
 */
export function lineOf(value: unknown, otherwise: unknown): string {
  for (const longest of [LONGEST_TEXT, SHORT_TEXT]) {
    const cut = (_key: string, part: unknown): unknown => (typeof part === "string" ? shortened(part, longest) : part);
    const line = `${JSON.stringify(value, cut)}\n`;
    if (line.length <= LONGEST_LINE) return line;
  }
  return `${JSON.stringify(otherwise)}\n`;
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = Math.floor(longest / 2) - 50;
  const left = text.length - 2 * kept;
  return `${text.slice(0, kept)}\n… ${left} characters left out …\n${text.slice(-kept)}`.toWellFormed();
}
