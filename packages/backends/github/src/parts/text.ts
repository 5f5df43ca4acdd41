/** The longest text that GitHub takes, in characters. */
const MOST = 65_536;
const CUT = "\n\n… (cut: GitHub takes no longer text)";

/** A mark that readers don't see. */
export function markLine(marker: string): string {
  return `<!-- ${marker.replaceAll("--", "- -")} -->`;
}

/** A text with its mark before it, cut to what GitHub takes. */
export function clip(body: string, mark: string): string {
  const text = `${mark}\n${body}`;
  return text.length <= MOST ? text : `${text.slice(0, MOST - CUT.length)}${CUT}`;
}
