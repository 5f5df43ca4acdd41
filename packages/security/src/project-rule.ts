import { err, ok, orchError, type OrchError, type Result } from "@orch/core";

import type { SecretRule } from "./secret-rules.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const LONGEST_PATTERN = 500;
const MOST_REPEATS = 1000;
const MOST_GROUP_REPEATS = 20;
const MOST_WAYS = 10_000;
const LONGEST_MATCH = 4000;

/** One part of a pattern: a character, a class, an escape, or a mark between them. */
const PART =
  /\\(?:u\{[^}]*\}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?::|<[A-Za-z]\w*>))?|\{\d+(?:,\d*)?\}\??|[*+?]\??|[\s\S]/g;

interface Group {
  /** Most characters that it matches. */
  length: number;
  /** It holds a choice or a repeat: repeated itself it could try too many ways. */
  branching: boolean;
}

interface Cost {
  readonly groups: Group[];
  /** In how many ways the pattern may be tried at one place. */
  ways: number;
  /** What a repeat that follows would repeat. */
  last: Group;
}

/**
 * A rule of a project's own, from its configuration. Refuses, with `config_invalid` and a hint, what is no pattern and
 * what could take long on any text: repeats without an end, repeats of choices or of repeats, looking back and ahead.
 */
export function projectRule(written: {
  readonly name: string;
  readonly pattern: string;
}): Result<SecretRule, OrchError> {
  const { name, pattern } = written;
  const refuse = (why: string, hint: string): Result<SecretRule, OrchError> =>
    err(orchError("config_invalid", `the redaction pattern ${JSON.stringify(name.slice(0, 40))} ${why}`, { hint }));
  if (!NAME.test(name)) return refuse("has an unfit name", "Use lower-case letters, digits and dashes.");
  if (pattern.length > LONGEST_PATTERN) return refuse("is too long", `Use at most ${LONGEST_PATTERN} characters.`);
  const problem = problemOf(pattern);
  if (problem !== null) return refuse(problem.why, problem.hint);
  try {
    const compiled = new RegExp(pattern, "g");
    if (compiled.test("")) return refuse("matches nothing at all", "Write what the secret begins with.");
    return ok({ name, pattern: new RegExp(pattern, "g") });
  } catch {
    return refuse("is no regular expression", "Use the syntax of JavaScript, without slashes around it.");
  }
}

interface Problem {
  readonly why: string;
  readonly hint: string;
}

function problemOf(pattern: string): Problem | null {
  const cost: Cost = { groups: [{ length: 0, branching: false }], ways: 1, last: { length: 0, branching: false } };
  for (const [part] of pattern.matchAll(PART)) {
    const problem = take(part, cost);
    if (problem !== null) return problem;
  }
  if (cost.ways > MOST_WAYS || (cost.groups[0]?.length ?? 0) > LONGEST_MATCH)
    return { why: "repeats too much", hint: "Use fewer or smaller repeats, such as {20,60}." };
  return null;
}

function take(part: string, cost: Cost): Problem | null {
  const inner = cost.groups.at(-1) ?? cost.last;
  if (/^\\(?:[1-9]|k)/.test(part)) return { why: "refers back to a group", hint: "Write the text out instead." };
  if (part.startsWith("(")) cost.groups.push({ length: 0, branching: false });
  else if (part === ")") return close(cost);
  else if (part === "|") {
    inner.branching = true;
    cost.ways *= 2;
  } else if (/^(?:[*+?]\??|\{\d)/.test(part)) return repeat(part, { cost, inner });
  else {
    cost.last = { length: 1, branching: false };
    inner.length += 1;
  }
  return null;
}

function close(cost: Cost): Problem | null {
  const group = cost.groups.length > 1 ? cost.groups.pop() : undefined;
  const outer = cost.groups.at(-1);
  if (group === undefined || outer === undefined)
    return { why: "is no regular expression", hint: "Each ) needs a ( before it." };
  outer.length += group.length;
  outer.branching ||= group.branching;
  cost.last = group;
  return null;
}

function repeat(part: string, { cost, inner }: { readonly cost: Cost; readonly inner: Group }): Problem | null {
  if (inner.length === 0 && cost.last.length === 0)
    return { why: "uses what it may not", hint: "Looking back and ahead, and flags, are not possible." };
  const [least, most] = boundsOf(part);
  if (most === undefined) return { why: "repeats without an end", hint: "Give a bound: {1,100} instead of + or *." };
  const isGroup = cost.last.length !== 1;
  if (most > (isGroup ? MOST_GROUP_REPEATS : MOST_REPEATS))
    return { why: "repeats too much", hint: `Use at most ${MOST_REPEATS} of one, ${MOST_GROUP_REPEATS} of a group.` };
  if (cost.last.branching && most > 1)
    return {
      why: "repeats a choice or a repeat",
      hint: "Repeat single characters or classes, such as [a-z0-9]{8,40}.",
    };
  inner.length += cost.last.length * (most - 1);
  if (most !== least) {
    inner.branching = true;
    cost.ways *= most - least + 1;
  }
  cost.last = { length: cost.last.length * most, branching: true };
  return null;
}

function boundsOf(part: string): readonly [number, number | undefined] {
  if (part.startsWith("?")) return [0, 1];
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(part) ?? [];
  if (least === undefined) return [0, undefined];
  if (comma === "") return [Number(least), Number(least)];
  return [Number(least), most === "" || most === undefined ? undefined : Number(most)];
}
