import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest folder at or above `from` that holds the workspace file. */
export function findRoot(from: string): string {
  if (existsSync(join(from, "pnpm-workspace.yaml"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new RangeError("Not inside the orch workspace");
  return findRoot(parent);
}
