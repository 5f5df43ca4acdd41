import { codeParts, fencePlaces } from "./plain-lines.ts";

/** How words of an agent's or a stranger's are made harmless: `neutraliseOutput` of `@orch/security`. */
export type Neutralise = (text: string) => string;

/** Not seen, so that the text still reads the same. */
const JOINER = "\u2060";
const BLOCK_START = /^(?=[`~]{3}|[#>|=+*-])/;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Shown {
  readonly neutral: Neutralise;
  /** The most characters. */
  readonly most?: number;
}

/** Somebody else's words as one line in which nothing calls, closes or commands; for titles, which are no Markdown. */
export function plainLine(text: string, { neutral, most = 500 }: Shown): string {
  const line = text.slice(0, most * 4).replaceAll(/\s+/g, " ");
  // What is taken out at an end leaves its space, and a block may begin behind one.
  return cut(neutral(line.trim()).trim(), most);
}

/** The same as one line of Markdown: besides, it loads no picture, is no HTML, and begins no block. Doing it again changes nothing. */
export function shownLine(text: string, shown: Shown): string {
  return withoutHtml(plainLine(text, shown)).replace(BLOCK_START, JOINER);
}

/** The same for several lines, which stay as they are; a fence that is left open is closed. */
export function shownText(text: string, { neutral, most = 8000 }: Shown): string {
  const lines = cut(neutral(text.slice(0, most * 4)).trim(), most).split("\n");
  const places = fencePlaces(lines);
  const shown = lines.map((line, number) => (places[number] === "outside" ? asText(line) : line));
  const fences = lines.filter((_, number) => places[number] === "fence");
  const open = fences.length % 2 === 1 ? /`{3,}|~{3,}/.exec(fences.at(-1) ?? "")?.[0] : undefined;
  return [...shown, ...(open === undefined ? [] : [open])].join("\n");
}

/** Text in a fence that nothing in it can close; the last `most` characters of it. */
export function fenced(text: string, { neutral, most = 8000 }: Shown): string {
  const shown = neutral(text.length > most ? `…${text.slice(1 - most)}` : text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${shown.trimEnd()}\n${fence}`;
}

/** Text as a code span that nothing in it can close, on one line. */
export function codeSpan(text: string, { neutral, most = 200 }: Shown): string {
  const line = text.slice(0, most * 4).replaceAll(/[`\s]+/g, " ");
  const shown = cut(neutral(line.trim()).trim(), most);
  return `\`${shown === "" ? " " : shown}\``;
}

/** A cell of a table: nothing in it ends the cell. */
export function cell(text: string): string {
  return text.replaceAll("\n", " ").replaceAll("|", "\\|");
}

/** A table of Markdown; cells are given as they are to be shown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A span of time for people: `40 s`, `12 min`, `3 h 5 min`. */
export function shownTime(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE) return `${Math.round(whole / SECOND)} s`;
  const minutes = Math.round(whole / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** The parts with blank lines between them; those that are empty or undefined are left out. */
export function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

/** HTML and pictures as text, outside of code spans, where they are text already. */
function withoutHtml(line: string): string {
  // A backtick behind a backslash is none where a span would begin: in doubt nothing is code.
  const parts = line.includes("\\`") ? [{ code: false, text: line }] : codeParts(line);
  // A backtick without a partner could find one in what comes after this text.
  return parts.map(({ code, text }) => (code ? text : asText(text).replaceAll("`", "&grave;"))).join("");
}

function asText(text: string): string {
  return text.replaceAll(/<(?=[A-Za-z/!?])/g, "&lt;").replaceAll("![", "!\\[");
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // A character of two units is not cut in half.
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Words for the command line, with what the same is below issues. */
const COMMANDS: readonly (readonly [RegExp, string])[] = [
  [/orch task retry(?: <task>)? --note "([^"]*)"/g, "`/retry $1`"],
  [/orch task (retry|unblock|merge)(?: <task>)?(?: --note)?/g, "`/$1`"],
  [/orch task cancel(?: <task>)?/g, "`/close`"],
  [/orch task trust(?: <task>)?/g, "`/approve` with the name of its text"],
  [/orch task kill/g, "`/block`"],
  [/orch task (?:get|diff)/g, "`/status`"],
  [/orch task tree shows them/g, "the status comment names them"],
  [/add a new task for what is missing/g, "`/retry` and what is missing begins anew"],
];

/** A text of orch's for people who read it below an issue, where they have no command line. */
export function belowIssues(text: string): string {
  return COMMANDS.reduce((said, [words, other]) => said.replaceAll(words, other), text);
}
