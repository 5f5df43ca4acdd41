import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { err, ok, type BranchName, type CommitSha, type Result } from "@orch/core";

import type { Bare } from "./bare.ts";
import { alternatesText, readClone, type CloneFault, type CloneState } from "./clone-state.ts";
import type { Context } from "./context.ts";
import { exists } from "./exists.ts";
import { refuseFullDisk } from "./git.ts";
import { pathKey, refsOf } from "./layout.ts";
import { UPLOAD_PACK } from "./source.ts";

/** What was taken from a clone into the daemon's repository. */
export interface TakenIn {
  readonly state: CloneState;
  /** The task branch's commit; absent when the clone has no such branch. */
  readonly commit?: CommitSha;
  /** Other refs with commits that nothing else in the daemon's repository holds, now kept as rescue refs. */
  readonly strays: readonly { readonly name: string; readonly ref: string }[];
}

interface Wanted {
  readonly name: string;
  readonly commit: CommitSha;
  readonly into: string;
}

/**
 * Takes a clone's new commits as from a stranger. git never runs in the clone and reads none of its configuration: the
 * daemon reads the ref files itself and fetches through a repository of its own making that borrows nothing from the
 * clone but its object files (checked before, and by fsck on the way).
 */
export async function takeIn(
  context: Context,
  input: { readonly bare: Bare; readonly clone: string; readonly branch: BranchName },
): Promise<Result<TakenIn, CloneFault>> {
  const { bare, clone, branch } = input;
  const read = await readClone(clone, bare.gitDir);
  if (!read.ok) return read;
  const refs = refsOf(branch);
  const commit = read.value.refs.get(`refs/heads/${branch}`);
  if (commit !== undefined) {
    const fetched = await fetchAsStranger(context, {
      bare,
      clone,
      wanted: [{ name: branch, commit, into: refs.incoming }],
    });
    if (!fetched)
      return err({ kind: "tampered", detail: "the branch's objects are missing, broken or refused by fsck" });
    await settleTask(bare, { branch, commit });
  }
  const wanted = await strayRefs(context, { bare, branch, state: read.value });
  if (wanted.length > 0 && !(await fetchAsStranger(context, { bare, clone, wanted }))) {
    return err({ kind: "tampered", detail: "a branch's objects are missing, broken or refused by fsck" });
  }
  const strays = wanted.map(({ name, into }) => ({ name, ref: into }));
  return ok({ state: read.value, strays, ...(commit === undefined ? {} : { commit }) });
}

/** Moves the task's ref to the new commit; when the branch was rewritten, the old commit is kept. */
export async function settleTask(
  bare: Bare,
  input: { readonly branch: BranchName; readonly commit: CommitSha },
): Promise<void> {
  const refs = refsOf(input.branch);
  const before = await bare.commitOf(refs.task);
  if (before !== undefined && !(await bare.isAncestor(before, input.commit))) {
    await bare.setRef(`${refs.rescue}previous-${before.slice(0, 12)}`, before);
  }
  if (before !== input.commit) await bare.setRef(refs.task, input.commit);
  await bare.dropRef(refs.incoming);
}

/** What the clone holds beyond the task's branch and is known nowhere else. */
async function strayRefs(
  context: Context,
  input: { readonly bare: Bare; readonly branch: BranchName; readonly state: CloneState },
): Promise<readonly Wanted[]> {
  const { state, branch } = input;
  const { rescue } = refsOf(branch);
  const named = [...state.refs].filter(([name]) => name !== `refs/heads/${branch}`);
  const all = state.headCommit === undefined ? named : [...named, ["HEAD", state.headCommit] as const];
  const wanted: Wanted[] = [];
  for (const [full, commit] of all) {
    if (await isHeld(context, { bare: input.bare, commit, but: `${rescue}*` })) continue;
    const name = full.replace(/^refs\/(?:heads\/)?/, "");
    wanted.push({ name, commit, into: `${rescue}${pathKey(name)}-${commit.slice(0, 12)}` });
  }
  return wanted;
}

/** True when the commit is in the daemon's repository and reachable from a ref other than `but`. */
async function isHeld(
  context: Context,
  input: { readonly bare: Bare; readonly commit: CommitSha; readonly but: string },
): Promise<boolean> {
  const { bare, commit, but } = input;
  if ((await bare.commitOf(commit)) === undefined) return false;
  const args = ["rev-list", "--max-count=1", commit, "--not", `--exclude=${but}`, "--all"];
  return (await context.git.text(args, { gitDir: bare.gitDir })) === "";
}

/** False when git refuses the objects; trouble of the machine is thrown. */
async function fetchAsStranger(
  context: Context,
  input: { readonly bare: Bare; readonly clone: string; readonly wanted: readonly Wanted[] },
): Promise<boolean> {
  const { bare, clone, wanted } = input;
  const view = join(bare.places.temporary, `view-${basename(clone)}`);
  await makeView(view, { bare, clone, wanted });
  try {
    const args = [
      "fetch",
      "--quiet",
      "--no-tags",
      "--no-recurse-submodules",
      "--no-write-fetch-head",
      "--no-auto-maintenance",
      UPLOAD_PACK,
      "--end-of-options",
      view,
      ...wanted.map(({ into }, index) => `+refs/heads/wanted-${index}:${into}`),
    ];
    const output = await context.git.run(args, { gitDir: bare.gitDir, transport: "file" });
    if (output.exitCode === 0) return true;
    context.logger.warn({ clone, stderr: output.stderr }, "git refused what a clone offers");
    await refuseFullDisk(bare.gitDir);
    return false;
  } finally {
    await rm(view, { recursive: true, force: true });
  }
}

/** A repository whose every byte is the daemon's own, except the objects that it borrows. */
async function makeView(
  view: string,
  input: { readonly bare: Bare; readonly clone: string; readonly wanted: readonly Wanted[] },
): Promise<void> {
  const { bare, clone, wanted } = input;
  const [first] = wanted;
  const sha256 = first !== undefined && first.commit.length === 64;
  const config = sha256
    ? "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
    : "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
  await rm(view, { recursive: true, force: true });
  await mkdir(join(view, "objects", "info"), { recursive: true, mode: 0o700 });
  await mkdir(join(view, "refs"), { recursive: true });
  await writeFile(join(view, "HEAD"), "ref: refs/heads/none\n");
  await writeFile(join(view, "config"), config);
  await writeFile(
    join(view, "objects", "info", "alternates"),
    `${join(clone, ".git", "objects")}\n${alternatesText(bare.gitDir)}`,
  );
  await writeFile(
    join(view, "packed-refs"),
    wanted.map(({ commit }, index) => `${commit} refs/heads/wanted-${index}\n`).join(""),
  );
  const shallow = join(bare.gitDir, "shallow");
  if (await exists(shallow)) await copyFile(shallow, join(view, "shallow"));
}
