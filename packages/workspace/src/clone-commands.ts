import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import type { AgentName, CloneCommand, CommitSha, PreparedClone, ProjectSettings } from "@orch/core";

import { identityOf, identityVariables } from "./context.ts";
import { configVariables } from "./git.ts";

/** An index of its own, so that no flag in the clone's index can hide a change. */
const INDEX = ".git/orch-verify-index";
const MOST_MESSAGE = 8_000;

/** What git is run with in a clone, inside the sandbox: nothing of the clone's own configuration that starts a program. */
const QUIET: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "",
  GIT_NO_LAZY_FETCH: "1",
  GIT_EDITOR: "true",
  LC_ALL: "C",
  ...configVariables({
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.sparseCheckout": "false",
    "commit.gpgSign": "false",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.addEmbeddedRepo": "false",
  }),
};

/** Commits what the agent left over, in one program, because each start of a session costs more than git does. */
export function tidyCommands(
  gitPath: string,
  request: { readonly project: ProjectSettings; readonly message: string; readonly author?: AgentName },
): readonly CloneCommand[] {
  const { project, author } = request;
  const message = request.message.slice(0, MOST_MESSAGE).toWellFormed().replaceAll("\0", "");
  return [
    {
      name: "tidy",
      argv: [process.execPath, programFile("tidy-clone-main"), gitPath, message],
      env: { ...QUIET, ...identityVariables(identityOf(project), identityOf(project, author)) },
      accept: [0],
    },
  ];
}

/** Says by its exit code whether a clone's working tree equals a commit: 0 yes, 1 no (with the differing paths), 2 unknown. */
export function verifyCommand(
  gitPath: string,
  request: { readonly clone: PreparedClone; readonly commit: CommitSha },
): CloneCommand {
  return {
    name: "verify",
    argv: [process.execPath, programFile("verify-clone-main"), gitPath, request.commit, INDEX],
    env: { ...QUIET, GIT_INDEX_FILE: INDEX },
    accept: [0],
  };
}

/** Removes every ignored file and folder, whatever is in it. */
export function scrubCommand(gitPath: string): CloneCommand {
  return { name: "scrub", argv: [gitPath, "clean", "-ffdX", "--quiet"], env: QUIET, accept: [0] };
}

/** A program of this package, from source or as built. */
function programFile(name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.filename)}`, import.meta.url));
}
