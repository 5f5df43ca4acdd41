import { basename, dirname } from "node:path";

import { sessionFiles } from "../files/session-files.ts";
import { commandLineOf } from "./process-table.ts";

const BUBBLEWRAP = "bwrap";

/**
 * The folder of the session whose sandbox a process is; undefined for any other process. bubblewrap says it in its own
 * arguments, whoever started it: the session's private folder becomes `/tmp` inside.
 */
export function sandboxFolderOf(pid: number): string | undefined {
  const words = commandLineOf(pid).split("\0");
  if (basename(words[0] ?? "") !== BUBBLEWRAP) return undefined;
  const at = words.findIndex((word, index) => word === "--bind" && words[index + 2] === "/tmp");
  const tmp = at < 0 ? "" : (words[at + 1] ?? "");
  const folder = dirname(tmp);
  return tmp === sessionFiles(folder).tmp ? folder : undefined;
}
