import { fencePlaces } from "../text/plain-lines.ts";

/** A part of a pull request's text. */
export interface PullSection {
  readonly part: "summary" | "approach" | "changes" | "proof" | "notes" | "reproduce";
  readonly title: string;
  /** Markdown; never empty. */
  readonly text: string;
}

/** Words of headings under which a part goes, the best first. */
const PLACES: Readonly<Record<PullSection["part"], RegExp>> = {
  summary: /\b(?:summary|description|overview|what does|purpose|motivation)\b/i,
  approach: /\b(?:approach|implementation|design|how it works|solution)\b/i,
  changes: /\b(?:changes?|changed|what changed)\b/i,
  proof: /\b(?:tests?|testing|tested|verification|validation|qa|checks)\b/i,
  notes: /\b(?:notes?|reviewers?|review|risks?|additional|remarks)\b/i,
  reproduce: /\b(?:reproduce|how to test|steps)\b/i,
};
const HEADING = /^ {0,3}#{1,6}[ \t]+(.{1,200})$/;
const LONGEST = 30_000;

/**
 * Puts parts under the headings of a repository's template that ask for them; `left` are those that it has no place
 * for. Nothing of the template is taken away or moved: a part goes to the end of its heading's section.
 */
export function fillTemplate(
  template: string,
  sections: readonly PullSection[],
): { readonly text: string; readonly left: readonly PullSection[] } {
  const lines = template.slice(0, LONGEST).replaceAll(/\r\n?/g, "\n").trimEnd().split("\n");
  const places = fencePlaces(lines);
  const headings = lines.flatMap((line, number) => {
    const title = places[number] === "outside" ? HEADING.exec(line)?.[1] : undefined;
    return title === undefined ? [] : [{ title, number }];
  });
  const under = new Map<number, PullSection[]>();
  const left: PullSection[] = [];
  for (const section of sections) {
    const heading = headings.find(({ title, number }) => PLACES[section.part].test(title) && !under.has(number));
    if (heading === undefined) left.push(section);
    else under.set(heading.number, [section]);
  }
  const text =
    headings.length === 0 ? lines : [...lines.slice(0, headings[0]?.number), ...filled(lines, { headings, under })];
  return { text: text.join("\n"), left };
}

function filled(
  lines: readonly string[],
  from: {
    readonly headings: readonly { readonly number: number }[];
    readonly under: ReadonlyMap<number, readonly PullSection[]>;
  },
): readonly string[] {
  return from.headings.flatMap(({ number }, index) => {
    const own = lines.slice(number, from.headings[index + 1]?.number);
    const parts = from.under.get(number) ?? [];
    if (parts.length === 0) return own;
    const blank = own.at(-1) === "" ? [] : [""];
    return [...own, ...blank, ...parts.flatMap(({ text }) => [text, ""])];
  });
}
