import { parse } from "yaml";

const FRONT_MATTER = /^---\r?\n([\s\S]{0,8192}?)\r?\n---(?:\r?\n|$)/;
const MOST_TEXT = 300;

/** What a SKILL.md says of itself: `name` and `description` of its front matter. */
export interface SkillMatter {
  readonly name?: string;
  readonly description?: string;
}

/** Reads the front matter of a SKILL.md. Never throws: what can't be read says nothing. */
export function readFrontMatter(text: string): SkillMatter {
  const [, matter] = FRONT_MATTER.exec(text) ?? [];
  if (matter === undefined) return {};
  try {
    const value: unknown = parse(matter, { maxAliasCount: 0 });
    const name = lineOf(value, "name");
    const description = lineOf(value, "description");
    return { ...(name === undefined ? {} : { name }), ...(description === undefined ? {} : { description }) };
  } catch {
    return {};
  }
}

/** A key's text as one line of at most 300 characters, without what people can't see. */
export function lineOf(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const [, text] = Object.entries(value).find(([name]) => name === key) ?? [];
  if (typeof text !== "string") return undefined;
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line === "" ? undefined : line.slice(0, MOST_TEXT);
}
