import { readdirSync } from "node:fs";

import type { SessionLoad } from "@orch/core";

import { membersOf } from "./control-group.ts";
import { findFamily, type Family } from "./family.ts";
import { findProcess, hasEnvironment, holdings } from "./process-table.ts";

/** After so many looks all processes are looked at anew: numbers are given out again. */
const FORGET_AFTER = 30;

/** What a family holds at one time. */
export interface Census extends SessionLoad {
  /** Its processes and their further threads, as the kernel counts them. */
  readonly tasks: number;
}

/**
 * Begins to count the living processes of a family; each call of what it gives counts anew. A look costs little on Linux, however many processes the machine has: only those that were not there
 * at the last look are asked who they belong to.
 */
export function openCensus(family: Family): () => Census {
  const members = new Set<number>();
  const strangers = new Set<number>();
  let looks = 0;

  function isMember(pid: number): boolean {
    if (members.has(pid)) return true;
    const row = findProcess(pid);
    if (row === undefined) return false;
    const { group, parent } = row;
    if (group === family.leader?.pid || members.has(parent) || hasEnvironment(pid, family.mark)) return true;
    strangers.add(pid);
    return false;
  }

  function find(): readonly number[] {
    if (family.cgroup !== undefined) return [...membersOf(family.cgroup)].filter((pid) => pid !== process.pid);
    if (process.platform !== "linux") return findFamily(family).map(({ pid }) => pid);
    looks += 1;
    if (looks % FORGET_AFTER === 0) {
      members.clear();
      strangers.clear();
    }
    const there = readdirSync("/proc").map(Number);
    const known = there.filter((pid) => pid > 0 && pid !== process.pid && !strangers.has(pid));
    return known.filter((pid) => isMember(pid));
  }

  return () => {
    const held = find().flatMap((pid) => {
      const holds = holdings(pid);
      return holds === undefined ? [] : [{ pid, ...holds }];
    });
    members.clear();
    for (const { pid } of held) members.add(pid);
    return {
      processes: held.length,
      tasks: held.reduce((sum, { threads }) => sum + threads, 0),
      memoryBytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
}
