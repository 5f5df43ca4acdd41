// Commits what an agent left uncommitted in the current folder: `tidy-clone-main <git> <message>`. Runs inside the
// sandbox. The index is read anew first, so that no flag in it hides a change. Locks of a git that was killed here go:
// nothing else runs in the clone. Exits 0 also when nothing was left over.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const NOTHING_TO_COMMIT = 1;

function dropLocks(): void {
  const refs = readdirSync(".git/refs", { recursive: true, encoding: "utf8" }).map((name) => join("refs", name));
  const locks = ["index.lock", "HEAD.lock", ...refs.filter((name) => name.endsWith(".lock"))];
  for (const name of locks) rmSync(join(".git", name), { recursive: true, force: true });
}

function tidy(git: string, message: string): number {
  dropLocks();
  const run = (...args: readonly string[]): number =>
    spawnSync(git, args, { stdio: ["ignore", "inherit", "inherit"] }).status ?? 2;
  const staged = run("read-tree", "HEAD") || run("add", "--all");
  if (staged !== 0) return staged;
  const committed = run("commit", "--quiet", "--no-verify", "--no-gpg-sign", "--no-status", `--message=${message}`);
  return committed === NOTHING_TO_COMMIT ? 0 : committed;
}

const [, , git, message] = process.argv;
process.exitCode = git === undefined || message === undefined ? 2 : tidy(git, message);
