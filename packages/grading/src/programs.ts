import { forEachChild, parse, type SyntaxNode } from "unbash";

/** A program and its arguments, as a shell would start it; the program by its base name. */
export type Program = readonly [name: string, ...args: string[]];

const LONGEST_COMMAND = 8_192;
const DEEPEST = 5;

/** What holds a script of its own. */
const NESTING: ReadonlySet<string> = new Set(["CommandExpansion", "ProcessSubstitution"]);

const SHELLS: ReadonlySet<string> = new Set(["bash", "sh", "zsh", "dash", "ksh"]);

/** Programs that start another one: options of theirs that take a word, and how many words come before it. */
const STARTERS: Readonly<Record<string, { readonly valued: readonly string[]; readonly words?: number }>> = {
  builtin: { valued: [] },
  command: { valued: [] },
  doas: { valued: ["-u", "-C"] },
  env: { valued: ["-u", "--unset", "-C", "--chdir"] },
  exec: { valued: ["-a"] },
  nice: { valued: ["-n", "--adjustment"] },
  nohup: { valued: [] },
  setsid: { valued: [] },
  stdbuf: { valued: ["-i", "-o", "-e"] },
  sudo: { valued: ["-u", "--user", "-g", "--group", "-p", "-C", "-D", "-h", "-R", "-r", "-T", "-t", "-U"] },
  time: { valued: ["-f", "-o"] },
  timeout: { valued: ["-s", "--signal", "-k", "--kill-after"], words: 1 },
  xargs: { valued: ["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E"] },
};

/** A command that an agent ran, with the programs that it started. */
export interface RanCommand {
  readonly command: string;
  /** Absent: the agent does not tell. */
  readonly exitCode?: number;
  readonly durationMs?: number;
  readonly programs: readonly Program[];
}

/**
 * The programs that a command of an agent would start, in order: of every part of a shell line, of `sh -c` and `eval`
 * inside it, and of programs that start others (`sudo`, `env`, `timeout`), which come themselves first. Words that only
 * the shell knows (`$NAME`) stay as written. Never throws; of a line that can't be read it gives what can.
 */
export function programsIn(command: string): readonly Program[] {
  return readScript(command, 0);
}

function readScript(script: string, depth: number): readonly Program[] {
  if (depth > DEEPEST) return [];
  const found: Program[] = [];
  function visit(node: SyntaxNode, within: number): void {
    if (node.type === "Command" && node.name !== undefined) {
      const words = [node.name, ...node.suffix].flatMap((word) => (word.type === "Word" ? [word.value] : []));
      found.push(...unwrapped(words, depth));
    }
    const inner = NESTING.has(node.type) ? within + 1 : within;
    // Each level is parsed only when it is visited, and all of it again: without a bound, hostile text is dear.
    if (inner <= DEEPEST) forEachChild(node, (child) => visit(child, inner));
  }
  visit(parse(script.slice(0, LONGEST_COMMAND)), depth);
  return found;
}

function unwrapped(words: readonly string[], depth: number): readonly Program[] {
  const [path, ...args] = words;
  if (path === undefined || depth > DEEPEST) return [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  const program: Program = [name, ...args];
  if (name === "eval") return [program, ...readScript(args.join(" "), depth + 1)];
  if (SHELLS.has(name)) return [program, ...readScript(scriptIn(args), depth + 1)];
  return [program, ...unwrapped(startedBy(name, args), depth + 1)];
}

/** The script of `sh -c script`; empty: there is none. */
function scriptIn(args: readonly string[]): string {
  const flag = args.findIndex((word) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(word));
  return flag === -1 ? "" : (args[flag + 1] ?? "");
}

function startedBy(name: string, args: readonly string[]): readonly string[] {
  const starter = Object.hasOwn(STARTERS, name) ? STARTERS[name] : undefined;
  if (starter === undefined) return [];
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (starter.valued.includes(word)) at += 1;
    else if (!word.startsWith("-") && !/^[A-Za-z_]\w*=/.test(word)) break;
  }
  return args.slice(at + (starter.words ?? 0));
}
