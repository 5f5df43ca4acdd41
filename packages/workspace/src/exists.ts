import { lstat } from "node:fs/promises";

/** True when there is anything at a path, also a dangling link. */
export async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(absent)) !== undefined;
}

/** Turns "no such file" into absence; every other failure goes on. */
export function absent(cause: unknown): undefined {
  if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR"))
    return undefined;
  throw cause;
}
