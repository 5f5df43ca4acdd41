import { cp, lstat, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";

/** What a program can make again; it is large, and no conversation lies in it. */
const NOT_KEPT = new Set([".cache", ".npm", ".bun", "node_modules"]);

/**
 * The home of one run, below its folder; with `past`, the files of an earlier run's home are copied into it, because the
 * protocol does not say where an agent keeps its conversations. Files and links only, and no link is followed: the agent
 * could write there.
 */
export async function makeAcpHome(folder: string, past: string | undefined): Promise<string> {
  const home = join(folder, "home");
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (past === undefined) return home;
  const options = { recursive: true, force: true, verbatimSymlinks: true, filter: isKept };
  await cp(join(past, "home"), home, options).catch((cause: unknown) => {
    // Without it the agent says that it does not know the conversation, and begins another.
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
  });
  return home;
}

async function isKept(path: string): Promise<boolean> {
  if (NOT_KEPT.has(basename(path))) return false;
  const entry = await lstat(path);
  return entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
}
