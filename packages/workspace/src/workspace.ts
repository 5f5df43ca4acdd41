import { join, relative, sep } from "node:path";

import {
  orchError,
  type Checkouts,
  type Clock,
  type ForgeRemote,
  type Logger,
  type PreparedClone,
  type ProjectId,
  type Redactor,
  type Removal,
  type WarmClones,
  type Workspace,
} from "@orch/core";

import { changedAround, lookAround } from "./around.ts";
import { openBare } from "./bare.ts";
import { checkoutCommit, discardCheckout } from "./checkout.ts";
import { scrubCommand, tidyCommands, verifyCommand } from "./clone-commands.ts";
import { cloneConfig } from "./clone-config.ts";
import { disarmClone } from "./clone.ts";
import { collectClone } from "./collect.ts";
import { clonePath, findClone, identityOf, realHome, type Context } from "./context.ts";
import { createGit } from "./git.ts";
import { inspectRange } from "./inspect.ts";
import { createKeyedLock } from "./keyed-lock.ts";
import { usualWorktrees } from "./layout.ts";
import { mergeCommit } from "./merge.ts";
import { prepareClone } from "./prepare.ts";
import { publishBranch } from "./publish.ts";
import { diffOf, listFilesAt, logOf, readFilesAt } from "./read-commit.ts";
import { rebaseBranch } from "./rebase.ts";
import { retireClone } from "./retire.ts";
import { coolOthers } from "./warm/cool.ts";
import { warmProject } from "./warm/make-warm.ts";
import type { Worktrees } from "./worktrees.ts";

/** What a workspace is made from. */
export interface WorkspaceOptions {
  /** The home folder of orch, absolute; created when it is missing. */
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  /** Default `git`, found on `searchPath`. */
  readonly gitPath?: string;
  /** The `PATH` of git commands; give the daemon's own. */
  readonly searchPath?: string;
  /** How git reaches a project's repository on its forge; undefined: results stay in the user's repository. */
  readonly remoteOf?: (project: ProjectId) => Promise<ForgeRemote | undefined>;
  /** Where clones are, by `openWorktrees`; undefined: below the home. */
  readonly worktrees?: Worktrees;
}

/** Owner, repository, branch. */
const CLONE_DEPTH = 3;
const USUAL_PATH = "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin";

/** The workspace on this machine's disk, by git. One per home and process. */
export function createWorkspace(options: WorkspaceOptions): Workspace & Checkouts & WarmClones {
  const { home, clock, logger, redactor, gitPath = "git", searchPath = USUAL_PATH, remoteOf, worktrees } = options;
  const git = createGit({ gitPath, searchPath, home, clock, logger, redactor });
  const locks = createKeyedLock();
  const base = { home, git, gitPath, clock, logger, redactor };
  const listeners = new Set<(project: ProjectId) => void>();
  const warmWanted = (project: ProjectId): void => {
    for (const listener of listeners) listener(project);
  };
  const context: Context = { ...base, locks, lent: new Set(), warmWanted, remoteOf, worktrees };
  return {
    prepare: (request) => prepareClone(context, request),
    readFiles: (request) => readFilesAt(context, request),
    listFiles: (request) => listFilesAt(context, request),
    tidyCommands: (request) => tidyCommands(gitPath, request),
    verifyCommand: (request) => verifyCommand(gitPath, request),
    scrubCommand: () => scrubCommand(gitPath),
    disarm: (clone) => disarm(context, clone),
    collect: (request) => collectClone(context, request),
    inspect: (request) => inspectRange(context, request),
    publish: (request) => publishBranch(context, request),
    rebase: (request) => rebaseBranch(context, request),
    merge: (request) => mergeCommit(context, request),
    diff: (request) => diffOf(context, request),
    log: (request) => logOf(context, request),
    lookAround: ({ project }) => lookAround(context, project),
    changedAround: (request) => changedAround(context, request),
    remove: (request) => removeClone(context, request),
    checkout: (request) => checkoutCommit(context, request),
    discard: (request) => discardCheckout(context, request),
    warm: (request) => warmProject(context, request),
    cool: (keep) => coolOthers(context, keep),
    onWarmWanted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function removeClone(context: Context, request: Parameters<Workspace["remove"]>[0]): Promise<Removal> {
  const bare = await openBare(context, request.project);
  return context.locks.run(clonePath(bare.places, request.branch), async () => {
    const path = await findClone(bare.places, request.branch);
    const identity = identityOf(request.project);
    const { rescued, trash } = await retireClone(context, { bare, path, branch: request.branch, identity });
    return {
      removed: true,
      ...(rescued === undefined ? {} : { rescued }),
      ...(trash === undefined ? {} : { kept: `Refs could not keep everything; the whole clone is in ${trash}.` }),
    };
  });
}

/** Identity and format come from the daemon's repository of the same project: the clone's own word does not count. */
async function disarm(context: Context, clone: PreparedClone): Promise<void> {
  const home = await realHome(context);
  const { base, earlier } = context.worktrees ?? { base: usualWorktrees(home), earlier: [] };
  const below = [base, ...earlier].map((folder) => relative(folder, clone.path).split(sep));
  const [owner, repo] = below.find((parts) => parts.length === CLONE_DEPTH && !parts.includes("..")) ?? [];
  if (owner === undefined || repo === undefined) {
    throw orchError("path_escape", "the clone is not one of this workspace", { details: { path: clone.path } });
  }
  const bare = join(home, "projects", owner, `${repo}.git`);
  const listed = await context.git.text(["config", "--list", "-z"], { gitDir: bare });
  const known = new Map(listed.split("\0").map((row) => [row.split("\n", 1)[0], row.slice(row.indexOf("\n") + 1)]));
  const identity = { name: known.get("user.name") ?? "", email: known.get("user.email") ?? "" };
  const objectFormat = known.get("extensions.objectformat") === "sha256" ? "sha256" : "sha1";
  await disarmClone({ path: clone.path, bare, config: cloneConfig(identity, objectFormat) });
}
