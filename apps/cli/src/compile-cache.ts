import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";

import { compileCache } from "./env.ts";

/**
 * Lets Node keep what it compiles below orch's own home, which halves the start of the command line. Not in the shared
 * temporary folder, where others could write; and never the reason why a home folder comes to be.
 */
export function cacheCompiled(home: string | undefined): void {
  if (home !== undefined && existsSync(home)) enableCompileCache(compileCache(home));
}
