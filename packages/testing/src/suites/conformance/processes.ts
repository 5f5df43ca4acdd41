import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** Processes with this entry in their environment that are alive, oldest first. Linux only. */
export async function processesWith(entry: string): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      // A process may be gone by now, or belong to somebody else.
      const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(entry) ? [Number(id)] : [];
    }),
  );
  return found.flat().toSorted((left, right) => left - right);
}

/** True while a process of this number lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
