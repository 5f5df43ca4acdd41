import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { delimiter, isAbsolute } from "node:path";

import { err, ok, type Result } from "@orch/core";

import type { Environment } from "./interpolate.ts";

/** What a file such as `~/.path` makes of the search path (seed row A68). */
export interface PathFileWords {
  /** The whole search path afterwards: absolute folders, each once; what was on it before and is not named any more comes last. */
  readonly path: readonly string[];
  /** Lines that say something else, from 1: they are passed over. */
  readonly skipped: readonly number[];
}

const MOST_BYTES = 64 * 1024;
const WRITABLE_BY_OTHERS = 0o022;
const NOTHING = /^\s*(?:#.*|export\s+PATH\s*;?\s*)?$/;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w{0,63})=(.*)$/;
/** What a file may ask of the environment, beside what it sets itself. */
const KNOWN = ["HOME", "USER", "HOMEBREW_PREFIX"];
const PLAIN = /^[\w./:@%+,=-]+/;
const VARIABLE = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/;
/** Undefined for the end of a value: what may stand behind it on its line. */
const REST = /^\s*;?\s*(?:\s#.*)?$/;

/**
 * Reads such a file without running it: a shell's assignments of texts, `$NAME` and `~` are understood, and nothing else
 * is. The error says why it can't be used; undefined: there is none.
 */
export async function readPathFile(file: string, env: Environment): Promise<Result<PathFileWords, string> | undefined> {
  const text = await ownText(file);
  if (text === undefined || !text.ok) return text;
  return ok(parsePathFile(text.value, env));
}

/** Only the person's own words decide where programs are found. */
async function ownText(file: string): Promise<Result<string, string> | undefined> {
  try {
    // A pipe that nobody writes to would hold the daemon up.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await handle.stat();
    if (!facts.isFile()) return err("it is not a regular file");
    if (facts.uid !== process.getuid?.()) return err("it belongs to another user");
    if ((facts.mode & WRITABLE_BY_OTHERS) !== 0) return err("others may write to it");
    if (facts.size > MOST_BYTES) return err("it is larger than 64 KiB");
    return ok(await handle.readFile("utf8"));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    return err(`it can't be read${typeof code === "string" ? `: ${code}` : ""}`);
  }
}

/** The same for its text. */
export function parsePathFile(text: string, env: Environment): PathFileWords {
  const before = env["PATH"] ?? "";
  const known = KNOWN.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const variables = new Map<string, string>([["PATH", before], ...known]);
  const skipped: number[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (NOTHING.test(line)) continue;
    const [, name = "", written = ""] = ASSIGNMENT.exec(line) ?? [];
    const value = name === "" ? undefined : valueOf(written, variables);
    if (value === undefined) skipped.push(index + 1);
    else variables.set(name, value);
  }
  const folders = [variables.get("PATH") ?? "", before].flatMap((path) => path.split(delimiter));
  return { path: [...new Set(folders.filter((folder) => isAbsolute(folder)))], skipped };
}

type Variables = ReadonlyMap<string, string>;

/** A shell's word as a text; undefined: it is more than one, or would have to be run. */
function valueOf(written: string, variables: Variables): string | undefined {
  let value = "";
  let rest = written;
  while (!REST.test(rest)) {
    const part = quoted(rest, variables) ?? unquoted(rest, { variables, before: value });
    if (part === undefined) return undefined;
    value += part.text;
    rest = rest.slice(part.length);
  }
  return value;
}

interface Part {
  readonly text: string;
  /** How many characters of the line it takes. */
  readonly length: number;
}

function quoted(rest: string, variables: Variables): Part | undefined {
  const [whole = "", single, double] = /^(?:'([^']*)'|"((?:[^"\\`]|\\["$\\])*)")/.exec(rest) ?? [];
  if (single !== undefined) return { text: single, length: whole.length };
  const text = double === undefined ? undefined : expanded(double, variables);
  return text === undefined ? undefined : { text, length: whole.length };
}

/** The inside of double quotes. */
function expanded(inside: string, variables: Variables): string | undefined {
  let text = "";
  for (let rest = inside; rest !== "";) {
    const part = rest.startsWith("$") ? variable(rest, variables) : literal(rest);
    if (part === undefined) return undefined;
    text += part.text;
    rest = rest.slice(part.length);
  }
  return text;
}

function literal(rest: string): Part {
  if (rest.startsWith("\\")) return { text: rest.slice(1, 2), length: 2 };
  const [plain = ""] = /^[^$\\]+/.exec(rest) ?? [];
  return { text: plain, length: plain.length };
}

function variable(rest: string, variables: Variables): Part | undefined {
  const [whole = "", braced, bare] = VARIABLE.exec(rest) ?? [];
  const text = variables.get(braced ?? bare ?? "");
  return text === undefined ? undefined : { text, length: whole.length };
}

function unquoted(
  rest: string,
  { variables, before }: { readonly variables: Variables; readonly before: string },
): Part | undefined {
  if (rest.startsWith("$")) return variable(rest, variables);
  const atStart = before === "" || before.endsWith(delimiter);
  if (atStart && /^~(?=[/:]|\s|$)/.test(rest)) {
    const home = variables.get("HOME");
    return home === undefined ? undefined : { text: home, length: 1 };
  }
  // A tilde behind a colon begins a folder, too, so a plain run ends there.
  const [plain] = PLAIN.exec(rest.split(":~", 1)[0] ?? "") ?? [];
  if (plain !== undefined) return { text: plain, length: plain.length };
  return rest.startsWith(":~") ? { text: ":", length: 1 } : undefined;
}
