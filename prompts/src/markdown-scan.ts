/** What a forge leaves out when it shows a Markdown text, and what is left, with code as `\0number\0`. */
export interface ScannedMarkdown {
  readonly text: string;
  /** Comments and their like. */
  readonly comments: readonly string[];
  /** Tags with more than a reader sees of them. */
  readonly tags: readonly string[];
  /** A text with its code again. */
  readonly whole: (text: string) => string;
}

/** What stands in the place of a comment. */
export const REMOVED = "[hidden comment removed by orch]";

const FENCE = /^((?: {0,3}>)*)( {0,3}(?:[*+-] {1,3})?)(`{3,}(?=[^`]*$)|~{3,})[ \t]*(\S*)(.*)$/;
/** HTML at the beginning of a line goes on to the next blank one, these elements over it. */
const HTML_LINE = /^[ \t>*+\d.)-]{0,12}<[a-z/!?]/i;
const RAW_ELEMENT = /^[ \t>*+\d.)-]{0,12}<(?:pre|script|style|textarea)\b/i;
const LONGEST_LANGUAGE = 30;
const MERMAID_COMMENT = /^\s*%%.*$/;
const PLACE = /\0(\d+)\0/g;
/** Where code, a comment or a tag may begin. */
const BEGINNING = /`+|</g;
const TAG = /<(\/?[a-z][a-z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/iy;
/** A tag as HTML has it, where Markdown ends and no quote has to be closed. */
const OPEN_TAG = /<(\/?[a-z][^\s/>]*)((?:[^>"']|"[^"]*(?:"|$)|'[^']*(?:'|$))*)(?:>|$)/iy;
/** What could begin a block of code in any list or quote. */
const FENCE_LINE = /^[ \t>*+\d.)-]*(?:`{3,}(?=[^`]*$)|~{3,})[ \t]*(\S*)(.*)$/;
/** Elements whose words no browser shows. */
const UNSEEN_ELEMENTS: ReadonlySet<string> = new Set(["rp", "template"]);
/** No element is called so, but a sentence could be. */
const SENTENCE = /(?:[^-]*-){3}|^.{40}/;
const ADDRESS = /\s(?:src|href)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+)/gi;
/** Attributes as people's editors write them: they say nothing. */
const PLAIN_ATTRIBUTES =
  /^(?:\s+(?:width|height|align|valign|border|class|id|open|rel|target|colspan|rowspan|loading|name)(?:\s*=\s*["']?[\w%.:-]{0,40}["']?)?|\s+alt\s*=\s*["']?(?:image|screenshot)?["']?)*\s*$/i;

/** How each kind of comment begins and ends; without an end it goes on to the text's own where it begins a line. */
const COMMENTS = [
  { from: "<!--", to: "-->" },
  { from: "<![CDATA[", to: "]]>" },
  { from: "<?", to: "?>" },
  { from: "<!", to: ">" },
] as const;

/**
 * Reads a Markdown text as a forge does, in one pass whose time grows with the text: code is kept apart, comments and
 * what HTML says beside its words are taken out.
 */
export function scanMarkdown(markdown: string): ScannedMarkdown {
  const code: string[] = [];
  const comments: string[] = [];
  const tags: string[] = [];
  const keep = (text: string): string => `\0${code.push(text) - 1}\0`;
  const prose = withoutFences(markdown.replaceAll("\0", ""), { keep, comments, tags });
  const text = withoutHtml(prose, { keep, comments, tags });
  const whole = (part: string): string => part.replaceAll(PLACE, (_all, index: string) => code[Number(index)] ?? "");
  return { text, comments: comments.map(whole), tags: tags.map(whole), whole };
}

interface Found {
  readonly keep: (code: string) => string;
  readonly comments: string[];
  readonly tags: string[];
}

/** A block of code that is open. */
interface Block {
  readonly fence: string;
  readonly language: string;
  readonly quotes: number;
  readonly indent: number;
  readonly raw: string[];
  readonly shown: string[];
}

/**
 * Blocks of code as one placeholder each. Where a forge might see the end of one elsewhere, because of lists, quotes or
 * HTML around it, nothing from there on counts as code: rather too much is taken out than too little.
 */
function withoutFences(markdown: string, found: Found): string {
  const lines: string[] = [];
  let block: Block | undefined;
  let inHtml = false;
  let inDoubt = false;
  for (const line of markdown.split("\n")) {
    if (block === undefined) {
      inDoubt ||= RAW_ELEMENT.test(line);
      inHtml = line.trim() === "" ? false : inHtml || HTML_LINE.test(line);
      const shown = withoutWords(line, found.tags);
      block = inDoubt || inHtml ? undefined : openedBy(line, shown);
      if (block === undefined) lines.push(shown);
    } else {
      const end = endIn(line, block);
      if (end === "doubt") {
        lines.push(...block.raw, withoutWords(line, found.tags));
        inDoubt = true;
        block = undefined;
        continue;
      }
      block.raw.push(line);
      if (block.language === "mermaid" && MERMAID_COMMENT.test(line)) found.comments.push(line);
      else block.shown.push(line);
      if (end === "closed") {
        lines.push(found.keep(block.shown.join("\n")));
        block = undefined;
      }
    }
  }
  if (block !== undefined) lines.push(found.keep(block.shown.join("\n")));
  return lines.join("\n");
}

function openedBy(line: string, shown: string): Block | undefined {
  const [, quoted = "", space = "", fence, language = ""] = FENCE.exec(line) ?? [];
  if (fence === undefined) return undefined;
  const shape = { quotes: countQuotes(quoted), indent: space.length };
  return { fence, language: language.toLowerCase(), ...shape, raw: [shown], shown: [shown] };
}

/** What a line means for the block that is open. */
function endIn(line: string, { fence, quotes, indent }: Block): "inside" | "closed" | "doubt" {
  const [quoted = "", space = ""] = /^((?: {0,3}>)*)( *)/.exec(line)?.slice(1) ?? [];
  const bare = line.slice(quoted.length).trim();
  if (bare === "" && quotes === 0) return "inside";
  if (countQuotes(quoted) < quotes || (space.length < indent && bare !== "")) return "doubt";
  const isEnd = bare.length >= fence.length && bare === fence.charAt(0).repeat(bare.length);
  if (!isEnd) return "inside";
  return space.length - indent <= 3 ? "closed" : "doubt";
}

function countQuotes(quoted: string): number {
  return quoted.split(">").length - 1;
}

/** The first line of a block of code with its language alone: the rest of it is not shown. Other lines as they are. */
function withoutWords(line: string, tags: string[]): string {
  const [, language = "", rest = ""] = FENCE_LINE.exec(line) ?? [];
  const isLong = language.length > LONGEST_LANGUAGE;
  if (!isLong && rest.trim() === "") return line;
  tags.push(line.trim());
  return line.slice(0, line.length - rest.length - (isLong ? language.length : 0));
}

/** Spans of code as placeholders, comments as a word, and tags without what they say beside their names. */
function withoutHtml(text: string, { keep, comments, tags }: Found): string {
  const ends = createEnds(text);
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: mark } of text.matchAll(BEGINNING)) {
    if (index < from) continue;
    const step = mark === "<" ? htmlAt(text, index, ends) : spanAt(index, ends);
    if (step === undefined) continue;
    const part = text.slice(index, step.end);
    parts.push(text.slice(from, index));
    from = step.end;
    if (step.kind === "code") parts.push(keep(part));
    else if (step.kind === "tag") parts.push(bareTag(step, { part, tags }));
    else {
      comments.push(part);
      parts.push(REMOVED);
    }
  }
  return [...parts, text.slice(from)].join("");
}

type Step =
  | { readonly kind: "code" | "comment"; readonly end: number }
  | { readonly kind: "tag"; readonly end: number; readonly name: string; readonly attributes: string };

/** A tag with its addresses alone. */
function bareTag(
  { name, attributes }: Extract<Step, { kind: "tag" }>,
  { part, tags }: { readonly part: string; readonly tags: string[] },
): string {
  if (attributes.trim() === "") return part;
  const addresses = attributes.match(ADDRESS) ?? [];
  if (!PLAIN_ATTRIBUTES.test(attributes.replaceAll(ADDRESS, ""))) tags.push(part);
  return `<${name}${addresses.join("")}>`;
}

function spanAt(index: number, { spans }: Ends): Step | undefined {
  const end = spans.get(index);
  return end === undefined ? undefined : { kind: "code", end };
}

function htmlAt(text: string, index: number, ends: Ends): Step | undefined {
  for (const { from, to } of COMMENTS) {
    if (!text.startsWith(from, index) || (from === "<!" && !/[a-z]/i.test(text.charAt(index + 2)))) continue;
    const end = ends.of(to, index + from.length);
    if (end !== undefined) return { kind: "comment", end };
    const goesOn = from === "<!--" || ends.isHtml(index);
    return goesOn ? { kind: "comment", end: text.length } : undefined;
  }
  const [tag, name = "", attributes = ""] = tagAt(text, index, ends);
  if (tag === undefined) return undefined;
  if (SENTENCE.test(name)) return { kind: "comment", end: index + tag.length };
  if (!UNSEEN_ELEMENTS.has(name.toLowerCase())) return { kind: "tag", end: index + tag.length, name, attributes };
  return { kind: "comment", end: ends.of(`</${name}>`, index) ?? text.length };
}

/** A whole tag; in HTML also one whose end is elsewhere, or nowhere. */
function tagAt(text: string, index: number, { isHtml }: Ends): readonly (string | undefined)[] {
  TAG.lastIndex = index;
  const whole = TAG.exec(text);
  if (whole !== null || !isHtml(index)) return whole ?? [];
  OPEN_TAG.lastIndex = index;
  return OPEN_TAG.exec(text) ?? [];
}

interface Ends {
  /** True in a paragraph that began as HTML. */
  readonly isHtml: (index: number) => boolean;
  /** Behind the next `mark`; undefined: there is none. */
  readonly of: (mark: string, from: number) => number | undefined;
  /** Where spans of code begin and end. */
  readonly spans: ReadonlyMap<number, number>;
}

/** Looks for ends, each part of the text once: what is missing is remembered. */
function createEnds(text: string): Ends {
  const missing = new Set<string>();
  const html = htmlIn(text);
  return {
    spans: spansIn(text),
    isHtml(index) {
      const [from = Number.POSITIVE_INFINITY, to = 0] = html[firstAbove(html, index) - 1] ?? [];
      return index >= from && index < to;
    },
    of(mark, from) {
      if (missing.has(mark)) return undefined;
      const index = text.indexOf(mark, from);
      if (index !== -1) return index + mark.length;
      missing.add(mark);
      return undefined;
    },
  };
}

/** Where paragraphs of HTML begin and end. */
function htmlIn(text: string): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let begin: number | undefined;
  let at = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "" && begin !== undefined) {
      found.push([begin, at]);
      begin = undefined;
    } else if (begin === undefined && HTML_LINE.test(line)) begin = at;
    at += line.length + 1;
  }
  return begin === undefined ? found : [...found, [begin, at]];
}

/** How many of the sorted ranges begin at `value` or before it. */
function firstAbove(sorted: readonly (readonly [number, number])[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.[0] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Where spans of code begin and end. Only paragraphs count in which every line has all its ticks in pairs: elsewhere a
 * forge, which knows of lists and tables, could see others.
 */
function spansIn(text: string): ReadonlyMap<number, number> {
  const spans = new Map<number, number>();
  let paragraph: (readonly [number, number])[] | undefined = [];
  let at = 0;
  for (const line of [...text.split("\n"), ""]) {
    if (line.trim() === "") {
      for (const [begin, end] of paragraph ?? []) spans.set(begin, end);
      paragraph = [];
    } else if (paragraph !== undefined) {
      const own = HTML_LINE.test(line) ? undefined : spansOf(line, at);
      if (own === undefined) paragraph = undefined;
      else paragraph.push(...own);
    }
    at += line.length + 1;
  }
  return spans;
}

/** The spans of one line; undefined when its ticks are not in pairs, or a cell of a table could end in one. */
function spansOf(line: string, offset: number): readonly (readonly [number, number])[] | undefined {
  const spans: (readonly [number, number])[] = [];
  const runs = [...line.matchAll(/`+/g)].map(({ index, 0: ticks }) => ({ index, length: ticks.length }));
  for (let at = 0; at < runs.length; at += 1) {
    const { index = 0, length = 0 } = runs[at] ?? {};
    let closing = at + 1;
    while (closing < runs.length && runs[closing]?.length !== length) closing += 1;
    const end = runs[closing];
    if (end === undefined || isEscaped(line, index) || line.slice(index, end.index).includes("|")) return undefined;
    spans.push([offset + index, offset + end.index + length]);
    at = closing;
  }
  return spans;
}

/** True behind an odd number of backslashes. */
function isEscaped(line: string, index: number): boolean {
  const slashes = /\\*$/.exec(line.slice(Math.max(0, index - 100), index))?.[0] ?? "";
  return slashes.length % 2 === 1;
}
