import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { orchError, type Clock, type Logger, type Redactor } from "@orch/core";

import { createGit, type Git } from "./git.ts";

/** Some files of a repository elsewhere. */
export interface FetchFilesRequest {
  /** An `https://` or `ssh://` address, or an absolute path. */
  readonly url: string;
  /** Branch, tag or commit; absent: what `HEAD` is there. */
  readonly pin?: string;
  /** Files of this name are wanted, below the folder `path`. */
  readonly name: string;
  readonly path: string;
  /** Larger files are left out. */
  readonly maxBytes: number;
}

/** The commit they are from, and the files: path to text. */
export interface FetchedFiles {
  readonly commit: string;
  readonly files: Readonly<Record<string, string>>;
}

const MOST_FILES = 500;
const PIN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
const REGULAR = /^100(?:644|755) blob ([0-9a-f]{40}) +(\d+)\t(.+)$/s;

/**
 * Reads single files of a repository that somebody else keeps: fetched without history and with fsck into a folder that
 * is removed again, never checked out, so that nothing of it is run or followed. Throws `git_failed`, `usage`.
 */
export function createFileFetcher(settings: {
  readonly home: string;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
}): (request: FetchFilesRequest) => Promise<FetchedFiles> {
  const git = createGit({ gitPath: "git", ...settings });
  return async (request) => {
    const { pin = "HEAD" } = request;
    if (!PIN.test(pin)) throw orchError("usage", `${JSON.stringify(pin.slice(0, 60))} names no branch, tag or commit`);
    const gitDir = await mkdtemp(join(tmpdir(), "orch-fetch-"));
    try {
      await git.text(["init", "--quiet", "--bare", gitDir]);
      return await fetchInto(git, { ...request, pin, gitDir });
    } finally {
      await rm(gitDir, { recursive: true, force: true });
    }
  };
}

async function fetchInto(
  git: Git,
  request: FetchFilesRequest & { readonly pin: string; readonly gitDir: string },
): Promise<FetchedFiles> {
  const { gitDir, url, pin, name, path, maxBytes } = request;
  await git.text(["fetch", "--quiet", "--depth=1", "--no-tags", "--end-of-options", url, pin], {
    gitDir,
    transport: "file",
    config: { "protocol.https.allow": "always", "protocol.ssh.allow": "always" },
    env: { GIT_ALLOW_PROTOCOL: "file:https:ssh" },
  });
  const commit = await git.text(["rev-parse", "--verify", "--end-of-options", "FETCH_HEAD^{commit}"], { gitDir });
  const listed = await git.text(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], { gitDir });
  const files: Record<string, string> = {};
  for (const line of listed.split("\0")) {
    const [, blob, size, file] = REGULAR.exec(line) ?? [];
    if (blob === undefined || file === undefined || Number(size) > maxBytes) continue;
    if (!isWanted(file, { name, path }) || Object.keys(files).length >= MOST_FILES) continue;
    files[file] = (await git.run(["cat-file", "blob", blob], { gitDir, maxBytes })).stdout.toString("utf8");
  }
  return { commit, files };
}

function isWanted(file: string, { name, path }: { readonly name: string; readonly path: string }): boolean {
  const isNamed = file === name || file.endsWith(`/${name}`);
  return isNamed && (path === "" || file.startsWith(`${path}/`));
}
