import { basename, dirname } from "node:path";

import { sessionFiles } from "../files/session-files.ts";
import { commandLineOf } from "./process-table.ts";

const BUBBLEWRAP = "bwrap";

/**
 * The folder of the session whose sandbox a process is; undefined for any other process. bubblewrap says it in its own
 * arguments, whoever started it: the first folder that it binds becomes `/tmp` inside, and lies in the session's own.
 */
export function sandboxFolderOf(pid: number): string | undefined {
  const words = commandLineOf(pid).split("\0");
  if (basename(words[0] ?? "") !== BUBBLEWRAP) return undefined;
  const at = words.indexOf("--bind");
  const tmp = at < 0 ? "" : (words[at + 1] ?? "");
  const folder = dirname(tmp);
  return tmp === sessionFiles(folder).tmp ? folder : undefined;
}
