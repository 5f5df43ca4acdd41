import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";

import type { Clock } from "@orch/core";

import { reasonOf } from "../files/system-error.ts";

const PROCESSES = "cgroup.procs";
const PREFIX = "orch-";
const GOING_MS = 1_000;
const LOOK_MS = 10;
const NEW_MS = 60_000;

/** The folder of the kernel's control groups in which a session may have one of its own. */
export interface GroupPlace {
  readonly version: 1 | 2;
  readonly folder: string;
  /** The folder of this process's own group. */
  readonly own: string;
}

/** A place for groups, or why there is none. */
export type GroupPlaceSearch = GroupPlace | { readonly why: string };

/** What a group is held to; absent: not held. */
export interface GroupLimits {
  /** Processes and threads together. */
  readonly tasks?: number;
  /** Held by version 2 only, where its memory controller is there. */
  readonly memoryBytes?: number;
}

/** What the kernel did to hold a group to its limits. */
export interface GroupRefusals {
  /** How often it refused a new process or thread. */
  readonly tasks: number;
  /** How many processes it killed for their memory. */
  readonly killed: number;
}

/** What the system says of this process's groups: `/proc/self/cgroup` and `/proc/self/mountinfo`. */
export interface GroupFacts {
  readonly groups: string;
  readonly mounts: string;
}

/**
 * Where a session's group may be made, or why nowhere. Version 2 wants a folder of groups that holds no process itself:
 * the one around this process's own group (`DelegateSubgroup=` of systemd, a container's), never a slice, which belongs
 * to systemd; or the root of all groups. In version 1 it is this process's own group.
 */
export function findGroupPlace(facts: GroupFacts = ownFacts()): GroupPlaceSearch {
  const own = ownGroup(facts);
  if (own === undefined) return { why: "no control groups for processes are mounted" };
  const folder = own.version === 1 || !existsSync(join(own.folder, "cgroup.type")) ? own.folder : dirname(own.folder);
  const why = own.version === 2 && folder !== own.folder ? obstacleTo(folder, own.mount) : undefined;
  if (why !== undefined) return { why };
  try {
    const needed = [folder, join(folder, PROCESSES), join(own.folder, PROCESSES)];
    for (const path of needed) accessSync(path, constants.W_OK);
    if (own.version === 2 && !enable(folder)) return { why: `the control groups in ${folder} do not count processes` };
    return { version: own.version, folder, own: own.folder };
  } catch (error) {
    return { why: `control groups can't be made in ${folder}: ${reasonOf(error)}` };
  }
}

/** The group of the session that was started with `nonce`. */
export function groupOf({ folder }: GroupPlace, nonce: string): string {
  return join(folder, PREFIX + nonce);
}

/** True for a path that can only be the group of the session that was started with `nonce`. */
export function isGroupOf(group: string, nonce: string): boolean {
  return basename(group) === PREFIX + nonce;
}

/** Makes a group that holds what joins it to `limits`. @throws what the file system says. */
export function makeGroup(group: string, limits: GroupLimits): void {
  mkdirSync(group);
  if (limits.tasks !== undefined) write(join(group, "pids.max"), limits.tasks);
  const memory = join(group, "memory.max");
  if (limits.memoryBytes === undefined || !existsSync(memory)) return;
  write(memory, Math.round(limits.memoryBytes));
  // All or nothing: what is left of a session whose parts were killed is of no use.
  write(join(group, "memory.oom.group"), 1);
}

/**
 * Runs `start`, which starts a process, in `group`. This process joins it and goes back where it was: whoever is moved
 * after its start has forked by then, and a shell that joins first would alter the environment.
 * @throws what the file system says, and then nothing was started; or what `start` throws.
 */
export function startInGroup<Started>({ own }: GroupPlace, group: string, start: () => Started): Started {
  enter(group);
  try {
    return start();
  } finally {
    try {
      enter(own);
    } catch {
      // What was started is there all the same. Nobody kills this process with the group (see below).
    }
  }
}

/** What the kernel refused a group so far. */
export function refusalsOf(group: string): GroupRefusals {
  return {
    tasks: figureIn(join(group, "pids.events"), "max"),
    killed: figureIn(join(group, "memory.events"), "oom_kill"),
  };
}

/** The numbers of the processes in a group; none when there is no such group. */
export function membersOf(group: string): ReadonlySet<number> {
  return new Set(read(join(group, PROCESSES)).split("\n").map(Number).filter(Boolean));
}

/** Kills a whole group at once, where the kernel can do that (Linux 5.14, version 2). */
export function killGroup(group: string): void {
  try {
    // One that could not go back after a start would go, too.
    if (membersOf(group).has(process.pid)) return;
    if (existsSync(join(group, "cgroup.kill"))) write(join(group, "cgroup.kill"), 1);
  } catch {
    // Gone already: the census that follows tells.
  }
}

/** Removes a group whose processes have ended, as soon as the last of them is really gone; gives up after a second. */
export async function removeGroup(group: string, clock: Clock): Promise<void> {
  const end = clock.monotonic() + GOING_MS;
  // Nothing but a group that this module could have made.
  while (basename(group).startsWith(PREFIX) && existsSync(join(group, PROCESSES))) {
    try {
      return rmdirSync(group);
    } catch {
      if (clock.monotonic() > end) return;
      await clock.sleep(LOOK_MS);
    }
  }
}

/**
 * Removes empty groups of sessions whose supervisor was killed and that nobody looked for again, of any home. The kernel
 * keeps one that holds a process; one that is about to get its first is younger than a minute.
 */
export function dropEmptyGroups({ folder }: GroupPlace, now: number): void {
  for (const name of readdirSync(folder).filter((each) => each.startsWith(PREFIX))) {
    try {
      const group = join(folder, name);
      if (now - statSync(group).mtimeMs > NEW_MS && existsSync(join(group, PROCESSES))) rmdirSync(group);
    } catch {
      // In use, or gone meanwhile.
    }
  }
}

function ownFacts(): GroupFacts {
  return { groups: read("/proc/self/cgroup"), mounts: read("/proc/self/mountinfo") };
}

/** This process's group in the hierarchy that counts processes: of version 1 where one is mounted. */
function ownGroup({ groups, mounts }: GroupFacts): (Omit<GroupPlace, "own"> & { readonly mount: string }) | undefined {
  const lines = groups.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const first = lines.find(([, controllers = ""]) => controllers.split(",").includes("pids"));
  const [, , path] = first ?? lines.find(([line = ""]) => line.startsWith("0::")) ?? [];
  if (path === undefined) return undefined;
  const version = first === undefined ? 2 : 1;
  for (const line of mounts.split("\n")) {
    const [place = "", kind = ""] = line.split(" - ");
    const [, , , root = "", mount = ""] = place.split(" ");
    const [type, , options = ""] = kind.split(" ");
    const fits = version === 2 ? type === "cgroup2" : type === "cgroup" && options.split(",").includes("pids");
    const below = relative(root, path);
    if (fits && !below.startsWith("..")) return { version, folder: join(mount, below), mount };
  }
  return undefined;
}

function obstacleTo(folder: string, mount: string): string | undefined {
  if (relative(mount, folder).startsWith("..")) return "orch runs in the outermost control group that it can see";
  if (folder.endsWith(".slice")) return "the control group of orch was not delegated to it";
  return membersOf(folder).size > 0 ? `the control group ${folder} holds processes itself` : undefined;
}

/** Has the groups in `folder` count processes, and memory where it can; false: not even processes. @throws what the file system says. */
function enable(folder: string): boolean {
  const control = join(folder, "cgroup.subtree_control");
  const [there, wanted] = [wordsIn(join(folder, "cgroup.controllers")), wordsIn(control)];
  for (const name of ["pids", "memory"]) {
    if (there.has(name) && !wanted.has(name)) write(control, `+${name}`);
  }
  return there.has("pids");
}

/** Moves this process, which is what `0` means, into a group. */
function enter(group: string): void {
  write(join(group, PROCESSES), 0);
}

function wordsIn(path: string): ReadonlySet<string> {
  return new Set(read(path).trim().split(" "));
}

function figureIn(path: string, name: string): number {
  const line = read(path)
    .split("\n")
    .find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

function write(path: string, value: string | number): void {
  writeFileSync(path, String(value), { flag: "r+" });
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
