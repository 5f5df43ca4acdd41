import { delimiter, isAbsolute } from "node:path";

import { homeFolder } from "@orch/config";
import { unwrap } from "@orch/core";

/** What the daemon takes from its environment: all of it is read here. */
export interface DaemonEnvironment {
  /** Everything, for `${NAME}` in configuration files and for the allow-list of children. */
  readonly all: Readonly<Record<string, string | undefined>>;
  /** Orch's home folder. */
  readonly home: string;
  /** The person's home folder. */
  readonly userHome: string;
  readonly path: readonly string[];
}

/** Reads the environment. Throws `home_unusable`. */
export function readEnvironment(): DaemonEnvironment {
  const all = { ...process.env };
  return {
    all,
    home: unwrap(homeFolder(all)),
    userHome: all["HOME"] ?? "/nonexistent",
    path: (all["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder)),
  };
}
