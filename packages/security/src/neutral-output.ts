import { neutralise } from "./neutralise.ts";
import { stripTerminal } from "./strip-terminal.ts";

/** Keeps a word from working, and is not seen, so that the text still reads the same. */
export const JOINER = "\u2060";
const TARGET = String.raw`(?:(?:[\w.-]{1,100}\/[\w.-]{1,100})?#\d|gh-\d|https?:)`;
const CLOSING = new RegExp(String.raw`(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=[^\w#]{0,12}${TARGET})`, "gi");
/** An at or a number sign by its name or figure: forges read it as the sign itself. */
const ENTITY = /&(?=#0{0,8}(?:64|35);|#x0{0,8}(?:40|23);|(?:commat|num);)/gi;
const MENTION = /@(?=[A-Za-z0-9])/g;
// oxlint-disable-next-line no-control-regex -- colours mean nothing in a comment
const COLOUR = /\u001b\[[0-9;:]*m/g;
/** At the beginning of a line, also in a quote or a list: what chat programs and forges take for a command. */
const COMMAND = /^([\s>*+-]{0,20})\/(?=[A-Za-z])/gm;

/**
 * An agent's text for a comment, in which nothing works: no mention calls anybody, no keyword closes an issue, no line is
 * a command, no HTML comment and so no mark of orch's stands in it, and no sequence that a terminal obeys. It reads as
 * before. Stable: doing it again changes nothing.
 */
export function neutraliseOutput(text: string): string {
  return neutralise(stripTerminal(text).replaceAll(COLOUR, ""))
    .text.replaceAll("-->", "--&gt;")
    .replaceAll(ENTITY, `&${JOINER}`)
    .replaceAll(MENTION, `@${JOINER}`)
    .replaceAll(CLOSING, (word) => `${word.slice(0, 1)}${JOINER}${word.slice(1)}`)
    .replaceAll(COMMAND, (_all, before: string) => `${before}${JOINER}/`);
}
