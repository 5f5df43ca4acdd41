import { isAbsolute, relative } from "node:path";

/** A path as people see it: relative to the clone where it lies in it, else as it is. */
export function inClone(path: string, cwd: string): string {
  const inside = isAbsolute(path) ? relative(cwd, path) : path;
  return inside === "" || inside === ".." || inside.startsWith("../") ? path : inside;
}
