import type { Clock, SessionId } from "@orch/core";

import { killGroup, membersOf } from "./control-group.ts";
import { commandLineOf, hasEnvironment, listProcesses, type ProcessRow } from "./process-table.ts";
import { sandboxFolderOf } from "./sandbox-folder.ts";

const ROUND_MS = 25;
const NONCE = "ORCH_SESSION_NONCE";
const HELPER = "ORCH_HELPER_NONCE";

/** How the processes of one session are known: by their group, and by a mark in their environment. */
export interface Family {
  /** `NAME=value`, inherited by all that the session's process starts. */
  readonly mark: string;
  /** The session's own process, which leads a process group of its own; absent: it never started. */
  readonly leader?: { readonly pid: number; readonly started: string };
  /** The control group that holds them all, where they have one: without a sandbox, only who means to leaves it. */
  readonly cgroup?: string;
  /** The folder of a session whose supervisor is dead: bubblewrap that tried its sandbox has no mark. */
  readonly folder?: string;
  /** The command line of a dead supervisor: a fork of it looks the same until it has become its program. */
  readonly twinOf?: string;
}

/**
 * What the environment of a session's processes holds beside its own: who they belong to, and the mark. Ids repeat in
 * other homes on the same machine; a nonce does not.
 */
export function marksOf(id: SessionId, nonce: string): Readonly<Record<string, string>> {
  return { ORCH_SESSION: id, [NONCE]: nonce };
}

/** What marks a supervisor's own helpers, such as those of its sandbox. */
export function helperMark(nonce: string): readonly [name: string, value: string] {
  return [HELPER, nonce];
}

/** The helpers of the supervisor that was started with `nonce`. */
export function helpersOf(nonce: string): Family {
  return { mark: helperMark(nonce).join("=") };
}

/** The family of the session that was started with `nonce`. */
export function familyOf(nonce: string, { leader, cgroup }: Pick<Family, "leader" | "cgroup"> = {}): Family {
  return {
    mark: `${NONCE}=${nonce}`,
    ...(leader === undefined ? {} : { leader }),
    ...(cgroup === undefined ? {} : { cgroup }),
  };
}

/** The living processes of a family, this process excepted. */
export function findFamily(family: Family): readonly ProcessRow[] {
  const rows = listProcesses();
  const group = ownGroup(family, rows);
  const members = family.cgroup === undefined ? new Set<number>() : membersOf(family.cgroup);
  return rows.filter(({ pid, group: theirs }) => {
    if (pid === process.pid) return false;
    // The twin first: what is none any more by then has its mark.
    const is = theirs === group || members.has(pid) || isTwin(pid, family) || hasEnvironment(pid, family.mark);
    return is || (family.folder !== undefined && sandboxFolderOf(pid) === family.folder);
  });
}

/**
 * Kills a family until nothing of it is left, new forks included.
 * @returns the numbers of the processes found, and whether all are gone after `patienceMs`.
 */
export async function killFamily(
  family: Family,
  by: { readonly clock: Clock; readonly patienceMs: number },
): Promise<{ readonly found: ReadonlySet<number>; readonly gone: boolean }> {
  const found = new Set<number>();
  const end = by.clock.monotonic() + by.patienceMs;
  for (;;) {
    const rows = findFamily(family);
    if (rows.length === 0) return { found, gone: true };
    if (family.cgroup !== undefined) killGroup(family.cgroup);
    // A signal to a group meets all of it at once: who forks faster than it is read can't get away.
    const group = ownGroup(family, rows);
    if (group !== undefined) signal(-group, "SIGKILL");
    for (const { pid } of rows) {
      found.add(pid);
      signal(pid, "SIGKILL");
    }
    if (by.clock.monotonic() > end) return { found, gone: false };
    await by.clock.sleep(ROUND_MS);
  }
}

/** Sends a signal; a process (or, with a negative number, a group) that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, or never ours: the census that follows tells.
  }
}

function isTwin(pid: number, { twinOf }: Family): boolean {
  return twinOf !== undefined && commandLineOf(pid) === twinOf;
}

/** The number of the family's group; undefined when another process has got the leader's number since. */
function ownGroup({ leader }: Family, rows: readonly ProcessRow[]): number | undefined {
  if (leader === undefined) return undefined;
  const holder = rows.find(({ pid }) => pid === leader.pid);
  return holder === undefined || holder.started === leader.started ? leader.pid : undefined;
}
