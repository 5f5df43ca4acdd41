import type { HiddenPassage } from "@orch/core";

import { INVISIBLE, TERMINAL } from "./clean-text.ts";
import { cutEnd } from "./cut-text.ts";
import { openMarkdown } from "./open-markdown.ts";

const LONGEST = 500;
const MOST = 50;
const COMMENT_MARKS = /^<!--|-->$/g;
const RUN = new RegExp(`(?:${INVISIBLE.source})+`, "gu");
const TAGS_FROM = 0xe0000;
const TAGS_TO = 0xe007f;
/** What emoji, soft hyphens, byte order marks and line ends are made with; more of them in a row can say something. */
const USUAL = /^(?:\u200d|\ufe0e|\ufe0f|\u00ad|\ufeff|\r){0,3}$/;

/**
 * A text of a stranger's with nothing collapsed in it, without comments, and without words in its markup: what a forge
 * hides, a model should not be the only one to read (SECURITY T2).
 */
export function openText(text: string): string {
  return openMarkdown(text).text;
}

/** What is hidden in a text, in its order by kind, at most fifty passages. */
export function hiddenPassages(where: string, text: string): readonly HiddenPassage[] {
  const found = (kind: HiddenPassage["kind"], matches: Iterable<string>): readonly HiddenPassage[] =>
    [...matches].map((said) => ({ where, kind, text: cutEnd(said, LONGEST) }));
  const { plain, comments, markup, collapsed } = openMarkdown(text);
  const runs = [...plain.matchAll(RUN)].map(([run]) => run).filter((run) => !USUAL.test(run));
  return [
    ...found(
      "comment",
      comments.map((comment) => shown(comment.replaceAll(COMMENT_MARKS, ""))),
    ),
    ...found(
      "terminal",
      [...text.matchAll(TERMINAL)].map(([sequence]) => shown(sequence)),
    ),
    ...found("invisible", runs.map(shown)),
    ...found("collapsed", collapsed.map(shown)),
    ...found("markup", markup.map(shown)),
  ].slice(0, MOST);
}

function shown(text: string): string {
  return text.trim().replaceAll(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > TAGS_FROM + 31 && code < TAGS_TO) return String.fromCodePoint(code - TAGS_FROM);
    return `\\u{${code.toString(16)}}`;
  });
}
