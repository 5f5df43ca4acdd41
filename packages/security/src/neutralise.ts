// oxlint-disable no-control-regex -- control characters are among what this module removes
/** What was hidden in a text. */
export interface HiddenText {
  readonly kind: "zero_width" | "bidi" | "tag" | "control" | "html_comment";
  readonly count: number;
  /** What it said, for kinds that can carry words; at most 500 characters. */
  readonly said?: string;
}

/** A text without what a reader can't see, and what that was. */
export interface NeutralText {
  readonly text: string;
  readonly removed: readonly HiddenText[];
}

const KINDS = [
  { kind: "tag", pattern: /[\u{e0000}-\u{e007f}]/gu },
  { kind: "bidi", pattern: /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g },
  {
    kind: "zero_width",
    pattern:
      /(?:\u034f|\u17b4|\u17b5|\u180b|\u180c|\u180d|[\u00ad\u115f\u1160\u180e\u200b\u200c\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\u200d)/g,
  },
  { kind: "control", pattern: /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g },
] as const;
const MOST_PASSES = 8;
const LONGEST_SAMPLE = 500;

/**
 * Removes what people don't see but models read: zero-width, bidirectional and tag characters, controls, and HTML
 * comments (an open one hides everything after it, as it does when rendered). Hygiene, not a boundary (SECURITY T2).
 */
export function neutralise(text: string): NeutralText {
  const removed: HiddenText[] = [];
  let clean = text;
  for (const { kind, pattern } of KINDS) {
    const found = clean.match(pattern);
    if (found === null) continue;
    removed.push({ kind, count: found.length, ...(kind === "tag" ? { said: tagText(found) } : {}) });
    clean = clean.replaceAll(pattern, "");
  }
  const comments = withoutComments(clean);
  if (comments.said.length > 0) {
    removed.push({ kind: "html_comment", count: comments.said.length, said: sample(comments.said.join("\n")) });
  }
  return { text: comments.text, removed };
}

function withoutComments(text: string): { readonly text: string; readonly said: readonly string[] } {
  const said: string[] = [];
  let clean = text;
  // Removing one comment can close the gap of another: `<!-<!-- -->-`.
  for (let pass = 0; pass < MOST_PASSES && clean.includes("<!--"); pass += 1) {
    clean = clean.replaceAll(/<!--([\s\S]*?)(?:-->|$(?![\s\S]))/g, (_all, words: string) => {
      said.push(words.trim());
      return "";
    });
  }
  return { text: clean.replaceAll("<!--", "&lt;!--"), said };
}

/** Tag characters mirror ASCII, one to one. */
function tagText(characters: readonly string[]): string {
  return sample(characters.map((one) => String.fromCodePoint((one.codePointAt(0) ?? 0xe0000) - 0xe0000)).join(""));
}

function sample(text: string): string {
  return text.length > LONGEST_SAMPLE ? `${text.slice(0, LONGEST_SAMPLE - 1)}…` : text;
}
