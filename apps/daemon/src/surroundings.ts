import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { findProgram } from "@orch/agents";
import { homePaths } from "@orch/config";
import type { Surroundings } from "@orch/runner";
import { childEnvironment } from "@orch/security";
import type { Worktrees } from "@orch/workspace";

import type { DaemonEnvironment } from "./env.ts";
import { toolFolders } from "./tool-folders.ts";

/** Files and folders of the person's home where logins are kept. */
const LOGINS = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".netrc",
  ".codex",
  ".claude",
  ".claude.json",
  ".config/gh",
  ".config/git/credentials",
  ".config/gcloud",
  ".config/op",
  ".config/containers/auth.json",
  ".git-credentials",
  ".npmrc",
  ".yarnrc.yml",
  ".pypirc",
  ".gem/credentials",
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".m2/settings.xml",
  ".gradle/gradle.properties",
  ".terraform.d",
  ".pgpass",
  ".my.cnf",
  ".vault-token",
  ".password-store",
  ".local/share/keyrings",
  ".local/share/opencode/auth.json",
];

/** Where people's homes are: nothing of them is to be read but what sessions need. */
const SHARED_HOMES = ["/home", "/Users"];
const ROOT_HOME = "/root";

/** The package whose programs run inside sessions: orch itself may lie below the `/tmp` that they see another one of. */
const PROGRAMS = dirname(dirname(fileURLToPath(import.meta.resolve("@orch/workspace"))));

/** What sessions see of this machine: an environment by allow-list, no logins, nothing of orch's own home. */
export function createSurroundings(
  environment: DaemonEnvironment,
  { base, earlier }: Worktrees = { base: homePaths(environment.home).worktrees, earlier: [] },
): Surroundings {
  const { all, home, userHome, path } = environment;
  // Without relative and empty entries: in a clone they would name the agent's own programs.
  const source = { ...all, PATH: path.join(delimiter) };
  const homes = { own: [ROOT_HOME, userHome].filter((folder) => folder !== sep), shared: SHARED_HOMES };
  return {
    environment: (input) => childEnvironment({ allow: [], set: { ...input.set, HOME: input.home }, source }),
    // Of the clones each session sees its own.
    hidden: [...homes.shared, ...homes.own, home, base, ...earlier, ...LOGINS.map((folder) => join(userHome, folder))],
    get readable() {
      return [PROGRAMS, ...[dirname(process.execPath), ...path].flatMap((folder) => toolFolders(folder, homes))];
    },
    async missingTools(names) {
      const found = await Promise.all(names.map((name) => findProgram(name, { path, home: userHome })));
      return names.filter((_, index) => found[index] === undefined);
    },
  };
}
