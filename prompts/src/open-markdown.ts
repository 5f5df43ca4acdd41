import { INVISIBLE } from "./clean-text.ts";
import { REMOVED, scanMarkdown } from "./markdown-scan.ts";

/** A Markdown text in which nothing is hidden, and what was. */
export interface OpenMarkdown {
  readonly text: string;
  /** As it was, but with what stands for something invisible as that. */
  readonly plain: string;
  /** Comments and all that a forge never shows. */
  readonly comments: readonly string[];
  /** Words in markup: titles and names of pictures, attributes, cells beyond a table. */
  readonly markup: readonly string[];
  /** Passages that are shown after a click. */
  readonly collapsed: readonly string[];
}

const ENTITY =
  /&(#\d{1,7}|#x[0-9a-f]{1,6}|zerowidthspace|zwn?j|lrm|rlm|shy|nobreak|invisible(?:times|comma)|applyfunction|i[tc]|af);/gi;
/** Stands for what a name means that nobody sees. */
const NAMED = "\u200b";
const LINK_TITLE =
  /(\]\(\s*(?:<[^<>\n]{0,2000}>|[^\s<>\]]{0,1000}))(\s+(?:"[^"]{0,2000}"|'[^']{0,2000}'|\([^()]{0,2000}\))\s*)\)/g;
const PICTURE = /!\[((?:[^[\]]|\[[^[\]]{0,500}\]){0,1000})\]/g;
/** One short word, or what editors write themselves: it says nothing. */
const USUAL_PICTURE =
  /^(?:[\w.-]{0,20}|(?:image|screenshot|screen recording)?[\d\s._:-]*(?:at)?[\d\s._:-]*(?:[ap]m)?)$/i;
const DEFINITION =
  /^([ \t>*+\d.)-]{0,12}\[([^[\]]{1,999})\]:[ \t]*\n?[ \t]*(?:<[^<>\n]*>|[^\s<]\S*))([ \t]*\n?[ \t]*(?:"[^"]{0,2000}"|'[^']{0,2000}'|\([^()]{0,2000}\)))?[ \t]*$/gm;
const FOOTNOTE =
  /^[ \t>*+\d.)-]{0,12}\[(\^[^[\]\s]{1,200})\]:.*(?:\n(?![ \t]*\n|[ \t>]{0,12}\[\^).+|\n[ \t]*\n(?: {4}|\t).+)*/gm;
/** A label that is used: where it is defined a colon follows. */
const LABEL = /\[([^[\]]{1,999})\](?!:)/g;
const PHANTOM = /\\[hv]?phantom\s*\{[^{}]{0,2000}\}/g;
const DETAILS = /<(\/?)details\b[^<>]*>/gi;
const SUMMARY = /<\/?summary\b[^<>]*>/gi;
const DELIMITERS = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;

/** Reads a text of a stranger's for a model: what a forge hides is taken out or stands open (SECURITY T2). */
export function openMarkdown(markdown: string): OpenMarkdown {
  const scanned = scanMarkdown(markdown);
  const comments: string[] = [];
  const markup: string[] = [];
  const used = labelsIn(scanned.text);
  const plain = scanned.text.replaceAll(ENTITY, unseenEntity);
  const defined = plain
    .replaceAll(PHANTOM, (whole) => removed(whole, comments))
    .replaceAll(FOOTNOTE, (whole, label: string) => (isUsed(used, label) ? whole : removed(whole, comments)));
  const text = replacedEach(defined, DEFINITION, ([whole, rest = "", label = "", title]) => {
    if (!isUsed(used, label)) return removed(whole, comments);
    return title === undefined ? whole : without(rest, { whole, markup });
  })
    .replaceAll(LINK_TITLE, (whole, rest: string) => without(`${rest})`, { whole, markup }))
    .replaceAll(PICTURE, (whole, words: string) => {
      if (!USUAL_PICTURE.test(words)) markup.push(whole);
      return `[picture: ${words}]`;
    });
  const opened = openDetails(withoutExtraCells(text, markup));
  const { whole } = scanned;
  return {
    text: whole(opened.text),
    plain: whole(plain),
    comments: [...scanned.comments, ...comments.map(whole)],
    markup: [...scanned.tags, ...markup.map(whole)],
    collapsed: opened.passages.map(whole),
  };
}

function replacedEach(text: string, pattern: RegExp, as: (match: RegExpExecArray) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(from, match.index), as(match));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)].join("");
}

function removed(whole: string, comments: string[]): string {
  comments.push(whole);
  return REMOVED;
}

function without(rest: string, { whole, markup }: { readonly whole: string; readonly markup: string[] }): string {
  markup.push(whole);
  return rest;
}

/** An entity that stands for something invisible as that; every other stays as it is. */
function unseenEntity(whole: string, name: string): string {
  if (!name.startsWith("#")) return NAMED;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const character = code > 0x10_ffff ? "" : String.fromCodePoint(code);
  return character !== "" && character.replaceAll(INVISIBLE, "") === "" ? character : whole;
}

/** The labels in brackets that are no definition. */
function labelsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(LABEL)].map(([, label = ""]) => folded(label)));
}

/** True for a label that stands somewhere besides its definition. */
function isUsed(used: ReadonlySet<string>, label: string): boolean {
  return used.has(folded(label));
}

function folded(label: string): string {
  return label.trim().replaceAll(/\s+/g, " ").toLowerCase();
}

/** Tables without the cells for which they have no column: forges leave those out. */
function withoutExtraCells(text: string, markup: string[]): string {
  let columns = 0;
  let before = "";
  return text
    .split("\n")
    .map((line) => {
      if (columns === 0 && DELIMITERS.test(bareRow(line)) && before.includes("|")) columns = cellsOf(line).length;
      else if (!line.includes("|")) columns = 0;
      before = line;
      const cells = columns === 0 ? [] : cellsOf(line);
      if (cells.length <= columns) return line;
      markup.push(line);
      return `| ${cells.slice(0, columns).join(" | ")} |`;
    })
    .join("\n");
}

function bareRow(row: string): string {
  return row.replace(/^[ \t>]+/, "").trimEnd();
}

function cellsOf(row: string): readonly string[] {
  const bare = bareRow(row)
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

/** Collapsed passages between words that say so, also those inside another one and those that are never closed. */
function openDetails(text: string): { readonly text: string; readonly passages: readonly string[] } {
  const passages: string[] = [];
  let [out, from, depth, begin] = ["", 0, 0, 0];
  for (const { index, 0: tag, 1: slash } of text.matchAll(DETAILS)) {
    out += text.slice(from, index);
    from = index + tag.length;
    if (slash === "") {
      if (depth === 0) begin = from;
      depth += 1;
      out += "[collapsed passage]\n";
    } else if (depth > 0) {
      depth -= 1;
      out += "\n[its end]";
      if (depth === 0) passages.push(text.slice(begin, index));
    }
  }
  if (depth > 0) passages.push(text.slice(begin));
  out += text.slice(from) + "\n[its end]".repeat(Math.min(depth, 1));
  return { text: passages.length === 0 ? out : out.replaceAll(SUMMARY, ""), passages };
}
