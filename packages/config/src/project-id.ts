import { createHash } from "node:crypto";
import { basename } from "node:path";

import { parseProjectId, unwrap, type ProjectId } from "@orch/core";

const WITH_SCHEME = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?[^/]+\/(.+)$/;
const SHORT_SSH = /^(?:[^@/:]+@)?[^/:\\]{2,}:(?!\/\/)(.+)$/;

/**
 * The id of a project: `owner/repo` from a remote's address (https, ssh or `git@host:owner/repo`, with or without
 * `.git`), else `local/<folder>` with the folder's name in safe letters.
 */
export function projectIdFor(remoteUrl: string | undefined, folder: string): ProjectId {
  return (remoteUrl === undefined ? undefined : idFromRemote(remoteUrl.trim())) ?? localId(folder);
}

function idFromRemote(remote: string): ProjectId | undefined {
  const [, path] = WITH_SCHEME.exec(remote) ?? SHORT_SSH.exec(remote) ?? [];
  if (path === undefined) return undefined;
  const parsed = parseProjectId(path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, ""));
  return parsed.ok ? parsed.value : undefined;
}

function localId(folder: string): ProjectId {
  const name = basename(folder).toLowerCase();
  const safe = name
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .slice(0, 60);
  if (safe === name && safe !== "") return unwrap(parseProjectId(`local/${safe}`));
  // Letters were lost: a short hash keeps folders apart that look alike now.
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return unwrap(parseProjectId(`local/${safe === "" ? "folder" : safe}-${hash}`));
}
