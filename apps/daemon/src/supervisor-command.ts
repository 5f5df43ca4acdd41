import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The command that starts a session supervisor: the same Node with the same conditions, from source or as built. */
export function supervisorCommand(self: Pick<NodeJS.Process, "execPath" | "execArgv">): readonly string[] {
  const source = fileURLToPath(new URL("./supervisor-main.ts", import.meta.url));
  const built = fileURLToPath(new URL("./supervisor-main.mjs", import.meta.url));
  return [self.execPath, ...self.execArgv, existsSync(source) ? source : built];
}
