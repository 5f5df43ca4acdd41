import { lstatSync, readdirSync, readFileSync, type Dirent, type Stats } from "node:fs";
import { join } from "node:path";

import { isRoot } from "./ordinary-user.ts";

/** Where a system keeps what only root may read, and how many folders deep it is looked for. */
const PLACES: readonly (readonly [folder: string, depth: number])[] = [
  ["/", 1],
  ["/etc", 9],
  ["/boot", 2],
  ["/opt", 2],
  ["/srv", 2],
  ["/usr/local", 2],
  ["/var", 3],
  ["/sys/fs", 1],
  ["/sys/kernel", 1],
];
const SOCKETS = "/proc/net/unix";
const ANYBODY_ENTERS = 0o001;
const ANYBODY_READS = 0o004;

/**
 * The files and folders of the system that root may read and others may not, and the unix sockets that there are: their
 * services take whoever comes from inside for root. They are hidden, so that inside root sees what anybody would. Empty
 * for an ordinary user, whom the kernel itself keeps out.
 */
export function findRootsOwn(): readonly string[] {
  return isRoot() ? [...PLACES.flatMap(([folder, depth]) => look(folder, depth)), ...listSockets()] : [];
}

function look(folder: string, depth: number): readonly string[] {
  return entriesIn(folder).flatMap((entry) => {
    // Links first: a system has a thousand of them, and they hold nothing themselves.
    if (!entry.isFile() && !entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    const facts = factsOf(path);
    if (facts === undefined) return [];
    if (entry.isFile()) return facts.size > 0 && isClosed(facts, ANYBODY_READS) ? [path] : [];
    if (isClosed(facts, ANYBODY_ENTERS)) return [path];
    return depth > 1 ? look(path, depth - 1) : [];
  });
}

/** True for what this process may use and others may not; the kernel keeps from it what belongs to somebody else. */
function isClosed({ uid, gid, mode }: Stats, right: number): boolean {
  return (mode & right) === 0 && (uid === 0 || process.getgroups?.().includes(gid) === true);
}

/** The sockets of this network namespace that have a path; the kernel's list has it last in the line. */
function listSockets(): readonly string[] {
  const paths = textOf(SOCKETS)
    .split("\n")
    .flatMap((line) => / (\/.*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].filter((path) => factsOf(path)?.isSocket() === true);
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function factsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
