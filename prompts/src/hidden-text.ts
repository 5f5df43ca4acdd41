import type { HiddenPassage } from "@orch/core";

import { INVISIBLE, TERMINAL, withoutComments } from "./clean-text.ts";
import { cutEnd } from "./cut-text.ts";

const LONGEST = 500;
const MOST = 50;
const DETAILS = /<details\b[^<>]*>([\s\S]*?)(?:<\/details\s*>|$)/gi;
const SUMMARY = /<\/?summary\b[^<>]*>/gi;
const COMMENT = /<!--([\s\S]*?)(?:-->|$)/g;
const RUN = new RegExp(`(?:${INVISIBLE.source})+`, "gu");
const TAGS_FROM = 0xe0000;
const TAGS_TO = 0xe007f;
/** What emoji, soft hyphens and byte order marks are made with. */
const USUAL = /^(?:\u200d|\ufe0e|\ufe0f|\u00ad|\ufeff|\r)*$/;

/**
 * A text of a stranger's with nothing collapsed in it and without comments: what a forge hides, a model should not be
 * the only one to read (SECURITY T2).
 */
export function openText(text: string): string {
  return withoutComments(text)
    .replaceAll(
      DETAILS,
      (_whole, inside: string) => `[collapsed passage]\n${inside.replaceAll(SUMMARY, "")}\n[its end]`,
    )
    .replaceAll(/<\/?details\b[^<>]*>/gi, "");
}

/** What is hidden in a text, in its order by kind, at most fifty passages. */
export function hiddenPassages(where: string, text: string): readonly HiddenPassage[] {
  const found = (kind: HiddenPassage["kind"], matches: Iterable<string>): readonly HiddenPassage[] =>
    [...matches].map((said) => ({ where, kind, text: cutEnd(said, LONGEST) }));
  const inside = (pattern: RegExp): readonly string[] =>
    [...text.matchAll(pattern)].map(([whole, part]) => shown(part ?? whole));
  const runs = [...text.matchAll(RUN)].map(([run]) => run).filter((run) => !USUAL.test(run));
  return [
    ...found("comment", inside(COMMENT)),
    ...found("terminal", inside(TERMINAL)),
    ...found(
      "invisible",
      runs.map((run) => shown(run)),
    ),
    ...found("collapsed", inside(DETAILS)),
  ].slice(0, MOST);
}

function shown(text: string): string {
  return text.trim().replaceAll(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > TAGS_FROM + 31 && code < TAGS_TO) return String.fromCodePoint(code - TAGS_FROM);
    return `\\u{${code.toString(16)}}`;
  });
}
