import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { packagesAround } from "@orch/agents";
import { isInside } from "@orch/security";

/** Folders of programs whose parent holds what the programs need. */
const PROGRAM_FOLDERS: ReadonlySet<string> = new Set(["bin", "sbin", "shims", "libexec"]);
/** Folders that hold more than one tool, and other things, too: only what is asked for in them is opened. */
const SHARED: ReadonlySet<string> = new Set([".local", "usr"]);
const MOST_LINKS = 500;

/** Where homes are. */
export interface Homes {
  /** Homes. */
  readonly own: readonly string[];
  /** Folders of homes. */
  readonly shared: readonly string[];
}

/**
 * What has to stay readable for the programs of a folder of PATH to run. A tool that is installed in somebody's home is
 * more than its program: `~/.nvm/versions/node/v24/bin` needs its parent, a link in `~/.local/bin` the folder that it
 * leads to. A home itself is never opened. Folders that do not exist, or lie in no home, are as they are.
 */
export function toolFolders(folder: string, homes: Homes): readonly string[] {
  const real = realOf(folder);
  if (real === undefined || ![...homes.own, ...homes.shared].some((home) => isInside(home, real))) return [folder];
  const targets = linksIn(real).map((target) => packagesAround(target) ?? treeOf(dirname(target), homes));
  return [...new Set([folder, treeOf(real, homes), ...targets])];
}

function treeOf(folder: string, homes: Homes): string {
  const parent = dirname(folder);
  const isTree = PROGRAM_FOLDERS.has(basename(folder)) && !SHARED.has(basename(parent)) && !isHome(parent, homes);
  return isTree ? parent : folder;
}

/** A home, or a folder that homes are in. */
function isHome(folder: string, { own, shared }: Homes): boolean {
  if (shared.includes(folder) || shared.includes(dirname(folder))) return true;
  return own.some((home) => isInside(folder, home));
}

function linksIn(folder: string): readonly string[] {
  try {
    const links = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
    return links.slice(0, MOST_LINKS).flatMap(({ name }) => realOf(join(folder, name)) ?? []);
  } catch {
    return [];
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
