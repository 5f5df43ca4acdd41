/** GitHub's limit on a text, in characters. */
const MOST = 65_536;
const CUT = "\n\n… (cut: GitHub takes 65,536 characters)";

/** A mark that readers don't see. */
export function markLine(marker: string): string {
  return `<!-- ${marker.replaceAll("--", "- -")} -->`;
}

/** A text after its mark, cut visibly where GitHub would refuse it. */
export function markedText(body: string, marker: string): string {
  return fitted(`${markLine(marker)}\n${body}`);
}

/** A text that GitHub takes: a longer one is cut, and says so. */
export function fitted(text: string): string {
  if (text.length <= MOST) return text;
  const kept = text.slice(0, MOST - CUT.length);
  // A cut may go through a character of two halves.
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}${CUT}`;
}
