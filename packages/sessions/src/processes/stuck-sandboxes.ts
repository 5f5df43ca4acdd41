import { existsSync, realpathSync } from "node:fs";
import { sep } from "node:path";

import { parseState } from "../files/parse-records.ts";
import { readRecord } from "../files/read-record.ts";
import { sessionFiles } from "../files/session-files.ts";
import { signal } from "./family.ts";
import { isAlive, listProcesses } from "./process-table.ts";
import { sandboxFolderOf } from "./sandbox-folder.ts";

/**
 * Ends the sandboxes of dead sessions of `home`. bubblewrap that lost its supervisor in the very moment in which it
 * started waits for ever: what would end it with its parent comes too late. A session is dead whose supervisor is known
 * and gone, or whose folder is; any other process, and any of another home, is left alone.
 * @returns how many there were.
 */
export function endStuckSandboxes(home: string): number {
  if (process.platform !== "linux") return 0;
  const roots = [home, realpathSync(home)];
  const stuck = listProcesses().filter(({ pid }) => {
    const folder = sandboxFolderOf(pid);
    return folder !== undefined && roots.some((root) => folder.startsWith(root + sep)) && isDead(folder);
  });
  for (const { pid } of stuck) signal(pid, "SIGKILL");
  return stuck.length;
}

function isDead(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const state = readRecord(sessionFiles(folder).state, parseState);
  return state !== undefined && !isAlive(state);
}
