// Compares the working tree of the current folder with a commit: `verify-clone-main <git> <commit> <index>`. Runs inside
// the sandbox, with an index of its own that is made afresh (GIT_INDEX_FILE names it, too). Exits 0 when they are equal,
// 1 when they differ (the paths are printed), 2 when that can't be told.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

const MOST_OUTPUT = 16 * 1024 * 1024;
const MOST_SHOWN = 50;

interface Ran {
  readonly ok: boolean;
  readonly text: string;
}

function compare(git: string, commit: string, index: string): number {
  const run = (...args: readonly string[]): Ran => {
    const result = spawnSync(git, args, { encoding: "utf8", maxBuffer: MOST_OUTPUT });
    return result.status === 0 ? { ok: true, text: result.stdout } : { ok: false, text: result.stderr };
  };
  // One that was killed leaves its lock.
  for (const left of [index, `${index}.lock`]) rmSync(left, { force: true });
  const read = run("read-tree", "--end-of-options", commit);
  if (!read.ok) return report(2, read.text);
  // Ends with 1 when something differs; what differs is asked next.
  run("update-index", "-q", "--really-refresh");
  const changed = run("diff-files", "--name-only", "-z", "--no-ext-diff", "--ignore-submodules=none");
  const added = run("ls-files", "--others", "--exclude-standard", "-z");
  if (!changed.ok || !added.ok) return report(2, changed.ok ? added.text : changed.text);
  const paths = `${changed.text}${added.text}`.split("\0").filter((path) => path !== "");
  return paths.length === 0 ? 0 : report(1, paths.slice(0, MOST_SHOWN).join("\n"));
}

function report(code: number, text: string): number {
  process.stderr.write(`${text}\n`);
  return code;
}

const [, , git, commit, index] = process.argv;
process.exitCode =
  git === undefined || commit === undefined || index === undefined
    ? report(2, "usage: verify-clone-main <git> <commit> <index>")
    : compare(git, commit, index);
