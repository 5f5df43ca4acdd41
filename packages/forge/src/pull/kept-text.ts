import { createHash } from "node:crypto";

const OPEN = "<!-- orch:own -->";
const CLOSE = "<!-- /orch:own -->";
const SEAL = /\n*<!-- orch:text ([0-9a-f]{32}) -->\s*$/;

/** A part of a pull request's text that orch keeps up to date also where people changed the rest. */
export function ownPart(text: string): string {
  return `${OPEN}\n\n${text}\n\n${CLOSE}`;
}

/** A whole text with a line, which readers don't see, that tells whether somebody has changed it since. */
export function sealed(text: string): string {
  return `${text}\n\n<!-- orch:text ${sumOf(text)} -->`;
}

/**
 * What becomes of a pull request's text when orch has a newer one: that one, where the text is as orch wrote it. What
 * people changed stays, with orch's own part in it brought up to date; where they took that out it stays out, and what
 * never had a seal gets it at its end.
 */
export function renewedText(current: string, wanted: string): string {
  const known = current.replaceAll("\r\n", "\n");
  const seal = SEAL.exec(known);
  if (seal !== null && sumOf(known.slice(0, seal.index)) === seal[1]) return wanted;
  const [there, fresh] = [placeOf(known), placeOf(wanted)];
  if (fresh === undefined) return current;
  const part = wanted.slice(...fresh);
  if (there !== undefined) return `${known.slice(0, there[0])}${part}${known.slice(there[1])}`;
  return seal === null ? `${known.trimEnd()}\n\n${part}`.trimStart() : current;
}

/** Where the own part is; undefined: nowhere. */
function placeOf(text: string): readonly [number, number] | undefined {
  const start = text.lastIndexOf(OPEN);
  const end = text.indexOf(CLOSE, start);
  return start < 0 || end < 0 ? undefined : [start, end + CLOSE.length];
}

/** Forges and browsers change blanks and line ends. */
function sumOf(text: string): string {
  return createHash("sha256").update(text.replaceAll(/\s+/g, " ").trim()).digest("hex").slice(0, 32);
}
