import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

import { searchPath } from "../env.ts";

/** The absolute path of a program of the machine, or undefined. Its own path, so that no PATH can choose another later. */
export function findTool(name: string): string | undefined {
  for (const folder of searchPath()) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return realpathSync(path);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
