import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** The root of the working tree that a folder is in; undefined outside of any. */
export async function repositoryRoot(folder: string): Promise<string | undefined> {
  for (let here = resolve(folder); ; here = dirname(here)) {
    if (await isThere(join(here, ".git"))) return here;
    if (dirname(here) === here) return undefined;
  }
}

/** True when something is at the path. */
export function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
