import { nearest } from "@orch/core";

import { plainLines, withoutCode, type PlainLine } from "../text/plain-lines.ts";

/** A command as the registry has it (`issueCommands` of `@orch/commands`). */
export interface CommandWord {
  readonly name: string;
  readonly argument?: {
    readonly required?: true;
    /** The rest of the comment; else one word. */
    readonly joined?: true;
    readonly choices?: readonly string[];
    readonly max?: number;
  };
}

/** What a comment asks for. */
export type CommandReading<Name extends string = string> =
  | { readonly kind: "none" }
  | {
      readonly kind: "command";
      readonly name: Name;
      readonly argument?: string;
      /** Further known commands of the comment: they are not done, and the answer should say so. */
      readonly ignored: readonly Name[];
    }
  /** A known command without what it needs, or with something else. */
  | { readonly kind: "invalid"; readonly name: Name; readonly why: string }
  /** It looks like a command, but is none: the answer is help. */
  | { readonly kind: "unknown"; readonly word: string; readonly nearest?: Name };

const COMMAND = /^ {0,3}\/([A-Za-z][A-Za-z-]{0,30})(?![\w/.:-])(.*)$/;
const LONGEST = 20_000;
/** First folders of paths that people write at the beginning of a line. */
const FOLDERS = new Set(
  "api app bin boot dev docs etc home lib media mnt opt private proc root run sbin src srv sys test tests tmp users usr var".split(
    " ",
  ),
);

interface Found {
  readonly word: string;
  readonly rest: string;
  readonly line: number;
  /** It was said to orch by name, without a slash: a sentence, unless its word is a command. */
  readonly spoken: boolean;
}

/**
 * Finds the command of a comment: the first known one at the beginning of a line, in any case. `@self word` at the
 * beginning of a line is the same as `/word`. Code, quotes and what is hidden say nothing. A word that is no command is
 * unknown only when it stands alone on its line or nearly is a command, and is no path.
 */
export function parseCommand<Command extends CommandWord>(
  body: string,
  { commands, self = [] }: { readonly commands: readonly Command[]; readonly self?: readonly string[] },
): CommandReading<Command["name"]> {
  const found = plainLines(body).flatMap((line) => candidateOf(line, self));
  const known = found.flatMap((each) => {
    const command = commands.find(({ name }) => name === each.word);
    return command === undefined ? [] : [{ ...each, command }];
  });
  const [first, ...later] = known;
  if (first !== undefined) {
    const until = later[0]?.line;
    return withArgument(first, {
      text: restOf(body, { ...first, until }),
      ignored: later.map(({ command }) => command.name),
    });
  }
  return unknownIn(found, commands);
}

function candidateOf({ text, number }: PlainLine, self: readonly string[]): readonly Found[] {
  const direct = COMMAND.exec(text);
  const called = direct === null ? afterMention(text, self) : undefined;
  const [, word = "", rest = ""] = direct ?? COMMAND.exec(called ?? "") ?? [];
  const spoken = called !== undefined && !/^ {0,3}@\S+\s+\//.test(text);
  return word === "" ? [] : [{ word: word.toLowerCase(), rest, line: number, spoken }];
}

/** `/word …` for a line that begins with a mention of orch and goes on with one word. */
function afterMention(text: string, self: readonly string[]): string | undefined {
  const [, name = "", slash = "", rest = ""] = /^ {0,3}@([\w-]+)[,:]?[ \t]+(\/?)([A-Za-z].*)$/.exec(text) ?? [];
  if (!isSelf(name, self)) return undefined;
  // Without a slash only a word and its argument are a command; a sentence is a mention.
  return slash === "" && rest.trim().split(/\s+/).length > 2 ? undefined : `/${rest}`;
}

function isSelf(name: string, self: readonly string[]): boolean {
  return self.some((each) => each.replace(/\[bot\]$/, "").toLowerCase() === name.toLowerCase());
}

function restOf(
  body: string,
  { rest, line, until }: { readonly rest: string; readonly line: number; readonly until: number | undefined },
): string {
  const lines = body
    .replaceAll(/\r\n?/g, "\n")
    .split("\n")
    .slice(line + 1, until);
  return [rest, ...lines].join("\n").trim();
}

function withArgument<Command extends CommandWord>(
  { command, rest }: { readonly command: Command; readonly rest: string },
  { text, ignored }: { readonly text: string; readonly ignored: readonly Command["name"][] },
): CommandReading<Command["name"]> {
  const { name, argument } = command;
  if (argument === undefined) return { kind: "command", name, ignored };
  const [word = ""] = rest.trim().split(/\s+/);
  const value = argument.joined === true ? text : word.replace(/^@/, "");
  if (value === "" && argument.required === true)
    return { kind: "invalid", name, why: `/${name} needs something behind it` };
  if (value === "") return { kind: "command", name, ignored };
  if (value.length > (argument.max ?? LONGEST))
    return { kind: "invalid", name, why: `what follows /${name} is too long` };
  const choice = argument.choices?.find((each) => each === value.toLowerCase());
  if (argument.choices !== undefined && choice === undefined)
    return { kind: "invalid", name, why: `/${name} takes ${argument.choices.join(", ")}` };
  return { kind: "command", name, argument: choice ?? value, ignored };
}

function unknownIn<Command extends CommandWord>(
  found: readonly Found[],
  commands: readonly Command[],
): CommandReading<Command["name"]> {
  for (const { word, rest } of found.filter(({ spoken }) => !spoken)) {
    const meant = nearest(
      word,
      commands.map(({ name }) => name),
    );
    const near = commands.find(({ name }) => name === meant)?.name;
    if (!FOLDERS.has(word) && (rest.trim() === "" || near !== undefined))
      return { kind: "unknown", word, ...(near === undefined ? {} : { nearest: near }) };
  }
  return { kind: "none" };
}

/** True when somebody speaks to orch in a comment: `@name` outside of code and quotes. */
export function mentions(body: string, self: readonly string[]): boolean {
  return plainLines(body).some(({ text }) => {
    return [...withoutCode(text).matchAll(/(?<![\w@/.+-])@([\w-]+)(?![\w/-]|\.\w)/g)].some(([, name = ""]) =>
      isSelf(name, self),
    );
  });
}
