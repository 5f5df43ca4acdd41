import type { Program } from "./programs.ts";

/** Options that take the next word, of programs whose first words would else be mistaken. */
const VALUED: Readonly<Record<string, readonly string[]>> = {
  cargo: ["-C", "--manifest-path", "--config"],
  gh: ["-R", "--repo"],
  git: ["-C", "-c", "--git-dir", "--work-tree", "--namespace"],
  make: ["-C", "-f", "-j"],
  npm: ["--prefix", "-w", "--workspace"],
  pnpm: ["-C", "--dir", "--filter", "-F"],
  uv: ["--directory", "--project"],
  yarn: ["--cwd"],
};

/**
 * Whether a program is what a pattern means. A pattern is words: first the program, then the words that must come first
 * among its arguments, in order; words with a dash must be among its options, anywhere before `--`. `a|b` is either, `a*`
 * whatever begins so. `npm install|i -g|--global` means `npm i left-pad --global`, but not `npm i`.
 */
export function matchesPattern(program: Program, pattern: string): boolean {
  const [wanted = "", ...words] = wordsOf(pattern);
  const [name, ...args] = program;
  if (!wordMatches(name, wanted)) return false;
  const { plain, options } = argumentsOf(name, args);
  const needed = words.filter((word) => !word.startsWith("-"));
  return (
    needed.every((word, index) => wordMatches(plain[index] ?? "", word)) &&
    words.every((word) => !word.startsWith("-") || options.some((option) => wordMatches(option, word)))
  );
}

/** The first of the patterns that means the program. */
export function patternFor(program: Program, patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => matchesPattern(program, pattern));
}

function wordsOf(pattern: string): readonly string[] {
  return pattern.split(/\s+/).filter((word) => word !== "");
}

function wordMatches(word: string, wanted: string): boolean {
  return wanted.split("|").some((one) => (one.endsWith("*") ? word.startsWith(one.slice(0, -1)) : word === one));
}

function argumentsOf(
  name: string,
  args: readonly string[],
): { readonly plain: readonly string[]; readonly options: readonly string[] } {
  const valued = Object.hasOwn(VALUED, name) ? (VALUED[name] ?? []) : [];
  const plain: string[] = [];
  const options: string[] = [];
  for (let at = 0; at < args.length && args[at] !== "--"; at += 1) {
    const word = args[at] ?? "";
    if (!word.startsWith("-")) plain.push(word);
    else options.push(word, word.replace(/=.*$/s, ""));
    if (valued.includes(word)) at += 1;
  }
  return { plain, options };
}
