import { delimiter, isAbsolute } from "node:path";

/** The folders where programs of the machine itself are looked up: absolute ones only. */
export function searchPath(): readonly string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
}

/**
 * Marks this process's later helpers as belonging to a session, and gives them a folder for temporary files: whoever
 * finds the session lost ends and removes what they left.
 */
export function adoptHelpers(mark: readonly [name: string, value: string], folder: string): void {
  process.env[mark[0]] = mark[1];
  process.env["TMPDIR"] = folder;
}
