import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";

import type { SandboxRules } from "@orch/core";

import { findRootsOwn } from "./roots-own.ts";

/** What a sandbox is built for. */
export interface SandboxPlan {
  readonly rules: SandboxRules;
  readonly cwd: string;
  /** The folder that becomes `/tmp`. */
  readonly tmp: string;
  /** Folders that stay hidden whatever the rules say: those of orch's own sockets. */
  readonly hide: readonly string[];
}

type Access = "hide" | "read" | "write";

const ISOLATION = ["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
const ROOT = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];
const PRIVATE_TMP = "/tmp";
/** Sockets of other services live here; a read-only mount would not keep anybody from talking to them. */
const SERVICES = "/run";
const SERVICES_NEEDED = ["/run/current-system", "/run/wrappers", "/run/opengl-driver"];
const NAME_SERVICES = ["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf"];

/**
 * The arguments of bubblewrap that confine a session, up to the program: everything read-only, a private `/tmp`, the
 * session's paths on top. Of two rules for one path the one that names the longer path wins, so an opened folder may
 * hold a hidden one and the other way round. Nothing here forbids nested user namespaces, which agents' own sandboxes
 * need; no new session is asked for, because the supervisor has already put the process in one without a terminal.
 */
export function bwrapArguments({ rules, cwd, tmp, hide }: SandboxPlan): readonly string[] {
  const mounts = new Map<string, Access>([[SERVICES, "hide"]]);
  const open = rules.network ? [...SERVICES_NEEDED, ...NAME_SERVICES] : SERVICES_NEEDED;
  const here = realpathSync(cwd);
  const visible = isBelowAny(here, rules.write) ? [] : [here];
  const opened = [...rules.read, ...rules.write];
  // What is in the session's own /tmp is not there, and would be made there.
  const apart = [...opened, PRIVATE_TMP];
  addMounts(mounts, [...rules.hide, ...hide], "hide");
  addMounts(
    mounts,
    findRootsOwn().filter((path) => !isBelowAny(path, apart) && !isHidden(path, mounts)),
    "hide",
  );
  addMounts(mounts, [...open, ...rules.read, ...visible], "read");
  addMounts(mounts, rules.write, "write");
  addMounts(mounts, hide, "hide");
  const links = linksOn(opened).filter(([at]) => isHidden(at, mounts));
  const inOrder = [...mounts].toSorted(([left], [right]) => depth(left) - depth(right));
  return [
    ...ISOLATION,
    ...(rules.network ? [] : ["--unshare-net"]),
    ...ROOT,
    "--bind",
    tmp,
    PRIVATE_TMP,
    ...inOrder.flatMap(([path, access]) => mountArguments(path, access)),
    ...links.flatMap(([at, to]) => ["--symlink", to, at]),
    "--chdir",
    here,
  ];
}

/** Later rules for the same path win; a path that does not exist needs no rule. */
function addMounts(mounts: Map<string, Access>, paths: readonly string[], access: Access): void {
  for (const path of paths) {
    if (existsSync(path)) mounts.set(realpathSync(path), access);
  }
}

/** The links on the way to some paths: where each lies, and where it leads. A program is asked for by such a path. */
function linksOn(paths: readonly string[]): readonly (readonly [at: string, to: string])[] {
  const links = new Map<string, string>();
  for (const path of paths.filter((each) => existsSync(each))) {
    let real: string = sep;
    for (const name of path.split(sep).filter((part) => part !== "")) {
      const at = join(real, name);
      real = realpathSync(at);
      if (lstatSync(at).isSymbolicLink()) links.set(at, real);
    }
  }
  return [...links];
}

/**
 * True for a path that lies in a folder which is hidden, and so is empty each time. Not in the session's own `/tmp`: that
 * is kept, and bubblewrap makes no link twice.
 */
function isHidden(path: string, mounts: ReadonlyMap<string, Access>): boolean {
  for (let folder = path; folder !== sep; folder = dirname(folder)) {
    const access = mounts.get(folder);
    if (access !== undefined) return access === "hide" && statSync(folder).isDirectory();
  }
  return false;
}

function mountArguments(path: string, access: Access): readonly string[] {
  if (access === "write") return ["--bind-try", path, path];
  if (access === "read") return ["--ro-bind-try", path, path];
  return statSync(path).isDirectory() ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path];
}

function isBelowAny(path: string, folders: readonly string[]): boolean {
  const real = folders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder));
  return real.some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep));
}

function depth(path: string): number {
  return path === sep ? 0 : path.split(sep).length;
}
