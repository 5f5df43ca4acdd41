import { mentions } from "./parse-command.ts";

const LONGEST = 20_000;
const LONGEST_TITLE = 80;
/** What any orch hides in its comments, whoever's key signed it: another one's words are no person's, either. */
const MARKED = /<!--\s*orch:/i;

/** Somebody's words to orch. */
export interface Call {
  /** What they say, without what they quote and without the name at its beginning; empty: the name alone. At most 20,000 characters. */
  readonly text: string;
}

/** What a comment that speaks to orch by one of its names says; undefined: it does not, or it is marked as some orch's own. */
export function callIn(body: string, names: readonly string[]): Call | undefined {
  if (MARKED.test(body) || !mentions(body, names)) return undefined;
  const text = withoutQuotes(body);
  const [, name = "", rest = ""] = /^@([\w-]+)[,:]?(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  return { text: (mentions(`@${name}`, names) ? rest : text).trim().slice(0, LONGEST) };
}

/** True for a comment that no orch, whoever's, marked as its own. */
export function isUnmarked(body: string): boolean {
  return !MARKED.test(body);
}

/** What somebody says in a comment: what they quote is somebody else's. */
export function withoutQuotes(body: string): string {
  return body
    .split(/\r\n|\r|\n/)
    .filter((line) => !/^ {0,3}>/.test(line))
    .join("\n")
    .trim();
}

/** A few words for a call, from its first line. */
export function callTitle({ text }: Call, thread: number): string {
  const line = (text.split("\n")[0] ?? "").trim();
  if (line === "") return `Answer a call on #${thread}`;
  return line.length <= LONGEST_TITLE ? line : `${line.slice(0, LONGEST_TITLE - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
