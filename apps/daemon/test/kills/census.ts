import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** A living process that belongs to a home: its environment or its command line names it. */
export interface OwnedProcess {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** All processes of a home, this one excepted. */
export function processesOf(home: string): readonly OwnedProcess[] {
  return (process.platform === "linux" ? listFromProc() : listFromPs()).flatMap(({ pid, argv, all }) =>
    pid !== process.pid && all.includes(home) ? [{ pid, argv }] : [],
  );
}

/** The session supervisors of a home, with the folders of their sessions; those that are just starting, too. */
export function supervisorsOf(home: string): readonly { readonly pid: number; readonly folder: string }[] {
  return processesOf(home).flatMap(({ pid, argv }) => {
    const isOne = argv[0] === process.execPath && argv.some((part) => part.includes("supervisor-main"));
    return isOne ? [{ pid, folder: argv.at(-1) ?? "" }] : [];
  });
}

/** What must not be left below a folder when all work is done: locks, drafts, passing states, sockets, index entries. */
export async function leftoversIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return paths.filter(isLeftover);
}

function isLeftover(path: string): boolean {
  if (path.startsWith("cache/") || path === "run/daemon.lock") return false;
  if (/^run\/(?:sockets|sessions)\//.test(path)) return true;
  if (/^(?:worktrees|trash)\//.test(path) || /^projects\/.*\.tmp\//.test(path)) return true;
  return /\.(?:part|lock|tmp|new)$|\.making|\.removing|tmp_obj_/.test(path);
}

interface Listed extends OwnedProcess {
  readonly all: string;
}

function listFromProc(): readonly Listed[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const argv = textOf(`/proc/${name}/cmdline`).split("\0").slice(0, -1);
    return [{ pid: Number(name), argv, all: `${argv.join(" ")} ${textOf(`/proc/${name}/environ`)}` }];
  });
}

/** A process may end while it is looked at. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function listFromPs(): readonly Listed[] {
  const { stdout } = spawnSync("ps", ["-axEww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 2 ** 26 });
  return stdout.split("\n").map((line) => {
    const [pid, ...argv] = line.trim().split(" ");
    return { pid: Number(pid), argv, all: line };
  });
}
