import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where compiled code is kept, so that the many starts of supervisors are quick. */
export function compileCache(home: string): string {
  return join(home, "cache", "node");
}

/** The command that starts a session supervisor: the same Node with the same conditions, from source or as built. */
export function supervisorCommand(
  self: Pick<NodeJS.Process, "execPath" | "execArgv">,
  home: string,
): readonly string[] {
  const source = fileURLToPath(new URL("./supervisor-main.ts", import.meta.url));
  const built = fileURLToPath(new URL("./supervisor-main.mjs", import.meta.url));
  return [self.execPath, ...self.execArgv, existsSync(source) ? source : built, compileCache(home)];
}
