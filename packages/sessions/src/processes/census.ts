import { readdirSync } from "node:fs";

import type { SessionLoad } from "@orch/core";

import { findFamily, type Family } from "./family.ts";
import { findProcess, hasEnvironment, holdings } from "./process-table.ts";

/** After so many looks all processes are looked at anew: numbers are given out again. */
const FORGET_AFTER = 30;

/**
 * Begins to count the living processes of a family; each call of what it gives counts anew. A look costs little on Linux, however many processes the machine has: only those that were not there
 * at the last look are asked who they belong to.
 */
export function openCensus(family: Family): () => SessionLoad {
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
      const bytes = holdings(pid);
      return bytes === undefined ? [] : [{ pid, bytes }];
    });
    members.clear();
    for (const { pid } of held) members.add(pid);
    return { processes: held.length, memoryBytes: held.reduce((sum, { bytes }) => sum + bytes, 0) };
  };
}
