import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** Processes with this entry in their environment that are alive, oldest first. Linux only. */
export async function processesWith(entry: string): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      // A process may be gone by now, or belong to somebody else.
      const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(entry) ? [{ pid: Number(id), started: startOf(id) }] : [];
    }),
  );
  // Numbers start again at their end, times do not.
  const byAge = found.flat().toSorted((left, right) => left.started - right.started || left.pid - right.pid);
  return byAge.map(({ pid }) => pid);
}

/** True while a process of this number lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== "" && !/\) [ZX] /.test(stat);
}

/** When a process started, in clock ticks since the machine did. */
function startOf(pid: string): number {
  const stat = readStat(pid);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? 0);
}

function readStat(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}
