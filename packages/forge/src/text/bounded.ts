import { paragraphs } from "./shown-text.ts";

/** Forges take 65,536 characters; the rest is for marks. */
export const LONGEST_COMMENT = 64_000;

const LEFT_OUT = "_More was left out: it does not fit into a comment._";

/** The parts as paragraphs, as many from the first on as fit, each whole. Says so when something was left out. */
export function bounded(parts: readonly (string | undefined)[]): string {
  const said = parts.flatMap((part) => (part === undefined || part === "" ? [] : [part]));
  const whole = paragraphs(said);
  if (whole.length <= LONGEST_COMMENT) return whole;
  const kept: string[] = [];
  let length = LEFT_OUT.length;
  for (const part of said) {
    if (length + part.length + 2 > LONGEST_COMMENT) continue;
    length += part.length + 2;
    kept.push(part);
  }
  return paragraphs([...kept, LEFT_OUT]);
}
