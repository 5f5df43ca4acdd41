import { dirname, join } from "node:path";

import { findProgram } from "@orch/agents";
import type { Surroundings } from "@orch/runner";
import { childEnvironment } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";

/** Folders of the person's home where logins are kept. */
const LOGINS = [".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".netrc", ".codex", ".claude", ".config/gh"];

/** What sessions see of this machine: an environment by allow-list, no logins, nothing of orch's own home. */
export function createSurroundings(environment: DaemonEnvironment): Surroundings {
  const { all, home, userHome, path } = environment;
  return {
    environment: (input) => childEnvironment({ allow: [], set: { ...input.set, HOME: input.home }, source: all }),
    hidden: [home, ...LOGINS.map((folder) => join(userHome, folder))],
    readable: [dirname(process.execPath), ...path],
    async missingTools(names) {
      const found = await Promise.all(names.map((name) => findProgram(name, { path, home: userHome })));
      return names.filter((_, index) => found[index] === undefined);
    },
  };
}
