import type { CommitSha, DiffStat, FileChange } from "@orch/core";

import type { Git } from "./git.ts";

/** A changed file between two commits, as git's raw format has it. */
export interface RawChange {
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldObject: string;
  readonly newObject: string;
  readonly status: string;
  readonly path: string;
}

/** Two commits of the daemon's repository. */
export interface CommitPair {
  readonly gitDir: string;
  readonly from: CommitSha;
  readonly to: CommitSha;
}

/** Standing arguments: no program of anybody takes part in a diff. */
export const PLAIN_DIFF = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"];

/** The size of the change between two commits. */
export async function diffStat(git: Git, pair: CommitPair): Promise<DiffStat> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--numstat", "-M", "-l1000", ...PLAIN_DIFF, pair.from, pair.to];
  const tokens = (await git.text(args, { gitDir: pair.gitDir })).split("\0");
  const changes = takeRaw(tokens);
  const counts = takeCounts(tokens);
  const files = changes.map((change): FileChange => {
    const count = counts.get(change.path) ?? { added: 0, deleted: 0, binary: false };
    return { path: change.path, change: kindOf(change.status), ...count };
  });
  return {
    files,
    added: files.reduce((sum, file) => sum + file.added, 0),
    deleted: files.reduce((sum, file) => sum + file.deleted, 0),
  };
}

/** The changed files between two commits; a rename is a deletion and an addition. */
export async function rawChanges(git: Git, pair: CommitPair): Promise<readonly RawChange[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", ...PLAIN_DIFF, pair.from, pair.to];
  return takeRaw((await git.text(args, { gitDir: pair.gitDir })).split("\0"));
}

/** Takes `:old new object object status`, path (and new path) tuples off the front of `tokens`. */
function takeRaw(tokens: string[]): readonly RawChange[] {
  const changes: RawChange[] = [];
  while (tokens[0]?.startsWith(":") === true) {
    const [oldMode = "", newMode = "", oldObject = "", newObject = "", status = ""] = (tokens.shift() ?? "")
      .slice(1)
      .split(" ");
    const first = tokens.shift() ?? "";
    const path = /^[RC]/.test(status) ? (tokens.shift() ?? "") : first;
    changes.push({ oldMode, newMode, oldObject, newObject, status, path });
  }
  return changes;
}

type Count = Pick<FileChange, "added" | "deleted" | "binary">;

function takeCounts(tokens: readonly string[]): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>();
  for (let at = 0; at < tokens.length; at += 1) {
    const [added = "", deleted = "", ...rest] = (tokens[at] ?? "").split("\t");
    if (rest.length === 0) continue;
    let path = rest.join("\t");
    if (path === "") {
      path = tokens[at + 2] ?? "";
      at += 2;
    }
    counts.set(path, { added: Number(added) || 0, deleted: Number(deleted) || 0, binary: added === "-" });
  }
  return counts;
}

function kindOf(status: string): FileChange["change"] {
  switch (status[0]) {
    case "A":
    case "C":
      return "added";
    case "D":
      return "deleted";
    case "R":
      return "renamed";
    case "T":
      return "type_changed";
    default:
      return "modified";
  }
}
