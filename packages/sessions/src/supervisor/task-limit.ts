import { readFileSync } from "node:fs";
import { release } from "node:os";

import type { Clock, ProcessHolder, RunLimits, SandboxBackend } from "@orch/core";

import { reasonOf } from "../files/system-error.ts";
import {
  groupOf,
  makeGroup,
  refusalsOf,
  removeGroup,
  startInGroup,
  type GroupLimits,
  type GroupPlace,
  type GroupPlaceSearch,
} from "../processes/control-group.ts";
import { findTool } from "../sandbox/find-tool.ts";
import { boundsOf } from "./quotas.ts";

/** So many processes and threads the kernel allows for each process that the quota does. */
const TASKS_PER_PROCESS = 4;
const FEWEST_TASKS = 512;
const MEMORY_SHARE = 1.25;
/** From here on the kernel counts a user's processes in each user namespace apart. */
const NAMESPACE_KERNEL = [5, 14] as const;
const EVERY_USER = /^\s*0\s+0\s/;

/**
 * What holds the number of a session's processes, the strongest first: a control group; the kernel's own limit inside
 * the sandbox's user namespace; or nothing but the supervisor's count, which a fast program outruns for a moment.
 */
export type TaskHolder =
  | { readonly kind: "cgroup"; readonly place: GroupPlace }
  | { readonly kind: "namespace"; readonly prlimit: string; readonly why: string }
  | { readonly kind: "count"; readonly why: string };

/** What a choice among holders rests on. */
export interface HolderFacts {
  readonly place: GroupPlaceSearch;
  readonly sandbox: SandboxBackend;
  /** `prlimit` of util-linux, where it is installed. */
  readonly prlimit: string | undefined;
  /** The kernel's, such as `6.1.0-13-amd64`. */
  readonly release: string;
  /** True for the machine's own root, whom no limit of this kind binds in any namespace. */
  readonly root: boolean;
}

/** The limit of the kernel on one session. */
export interface TaskLimit {
  readonly holder: ProcessHolder;
  /** At so many processes and threads the kernel refuses more; undefined: it does not. */
  readonly tasks: number | undefined;
  /** The control group; undefined without one. */
  readonly group: string | undefined;
  /** Starts a process by `start`, under the limit. @throws what `start` throws, or what the file system says. */
  start<Started>(start: () => Started): Started;
  /** The command for inside the sandbox, under the limit. */
  inside(argv: readonly string[]): readonly string[];
  /** Which limit the kernel had to hold, in one sentence; undefined: none so far. */
  refused(): string | undefined;
  /** For when its processes have ended. */
  close(clock: Clock): Promise<void>;
}

/** What a session is held to. */
export interface KernelLimits extends GroupLimits {
  /** Names the session's group. */
  readonly nonce: string;
}

/**
 * Puts a session in `sandbox` under the strongest limit of the kernel that works here. It lies above the quota, so that
 * the supervisor's count, which says how many there were, comes first; and it counts threads, of which each process has
 * some. Never throws: where a group can't be made after all, the next holder takes its place.
 */
export function holdTasks(place: GroupPlaceSearch, sandbox: SandboxBackend, limits: KernelLimits): TaskLimit {
  try {
    return openTaskLimit(findHolder(place, sandbox), limits);
  } catch (error) {
    return openTaskLimit(findHolder({ why: reasonOf(error) }, sandbox), limits);
  }
}

/** What the kernel holds a session with these quotas to. */
export function kernelLimitsOf(limits: RunLimits, nonce: string): KernelLimits {
  const { processes = 0 } = limits;
  const { memoryBytes } = boundsOf(limits);
  return {
    nonce,
    ...(processes === 0 ? {} : { tasks: Math.max(FEWEST_TASKS, processes * TASKS_PER_PROCESS) }),
    ...(Number.isFinite(memoryBytes) ? { memoryBytes: memoryBytes * MEMORY_SHARE } : {}),
  };
}

/** Chooses what holds the processes of a session in `sandbox` on this machine. */
export function findHolder(place: GroupPlaceSearch, sandbox: SandboxBackend): TaskHolder {
  return chooseHolder({
    place,
    sandbox,
    prlimit: findTool("prlimit"),
    release: release(),
    root: process.getuid?.() === 0 && EVERY_USER.test(mapOfUsers()),
  });
}

/** The strongest holder that the facts allow. */
export function chooseHolder({ place, sandbox, prlimit, release: kernel, root }: HolderFacts): TaskHolder {
  if ("folder" in place) return { kind: "cgroup", place };
  const obstacle =
    (sandbox === "none" ? "there is no sandbox with users of its own" : undefined) ??
    (root ? "the kernel holds root to no such limit" : undefined) ??
    (countsByNamespace(kernel) ? undefined : "this kernel counts a person's processes all together") ??
    (prlimit === undefined ? "prlimit is not installed" : undefined);
  if (obstacle !== undefined || prlimit === undefined) return { kind: "count", why: `${place.why}, and ${obstacle}` };
  return { kind: "namespace", prlimit, why: place.why };
}

/** Sets a holder up for one session. @throws what the file system says of a group that can't be made. */
export function openTaskLimit(holder: TaskHolder, limits: KernelLimits): TaskLimit {
  if (holder.kind === "cgroup") return openGroup(holder.place, limits);
  const tasks = holder.kind === "namespace" ? limits.tasks : undefined;
  return {
    holder: holder.kind,
    tasks,
    group: undefined,
    start: (start) => start(),
    inside: holder.kind === "namespace" && tasks !== undefined ? nprocCommand(holder.prlimit, tasks) : asItIs,
    refused: () => undefined,
    close: () => Promise.resolve(),
  };
}

function nprocCommand(prlimit: string, tasks: number): TaskLimit["inside"] {
  return (argv) => [prlimit, `--nproc=${tasks}`, "--", ...argv];
}

function openGroup(place: GroupPlace, limits: KernelLimits): TaskLimit {
  const group = groupOf(place, limits.nonce);
  makeGroup(group, limits);
  return {
    holder: "cgroup",
    tasks: limits.tasks,
    group,
    start: (start) => startInGroup(place, group, start),
    inside: asItIs,
    refused() {
      const refusals = refusalsOf(group);
      if (refusals.tasks > 0) return `The system refused it more than ${limits.tasks} processes and threads.`;
      return refusals.killed > 0 ? "The system killed processes of it for the memory they held." : undefined;
    },
    close: (clock) => removeGroup(group, clock),
  };
}

function asItIs(argv: readonly string[]): readonly string[] {
  return argv;
}

function countsByNamespace(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split(".").map(Number.parseFloat);
  const [wantedMajor, wantedMinor] = NAMESPACE_KERNEL;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function mapOfUsers(): string {
  try {
    return readFileSync("/proc/self/uid_map", "latin1");
  } catch {
    return "";
  }
}
