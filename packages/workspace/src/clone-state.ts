import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

import { err, ok, parseCommitSha, type CommitSha, type Result } from "@orch/core";
import { readRegularFile } from "@orch/security";

import { absent } from "./exists.ts";

/** What the files of a clone's `.git` say. Read as a stranger's: no link is followed, no git runs there. */
export interface CloneState {
  /** The ref that HEAD names; absent when HEAD is a commit. */
  readonly headRef?: string;
  readonly headCommit?: CommitSha;
  /** Every ref with a commit or tag object, by full name. */
  readonly refs: ReadonlyMap<string, CommitSha>;
}

/** Why a clone can't be taken from. */
export interface CloneFault {
  /** `broken`: something is missing or odd, as after an accident; `tampered`: something is there that must not be. */
  readonly kind: "broken" | "tampered";
  readonly detail: string;
}

const MOST_ENTRIES = 200_000;
const MOST_REFS = 200;
const SMALL = 4096;
const MOST_PACKED = 4 * 1024 * 1024;
const FORBIDDEN = ["commondir", "gitdir", "reftable", "objects/info/http-alternates"];

/** The exact text of `objects/info/alternates` in a clone of this repository. */
export function alternatesText(bare: string): string {
  return `${join(bare, "objects")}\n`;
}

/** Reads and judges a clone. */
export async function readClone(clone: string, bare: string): Promise<Result<CloneState, CloneFault>> {
  const fault = (await folderFault(clone)) ?? (await objectsFault(clone, bare));
  if (fault !== undefined) return err(fault);
  const refs = await readRefs(clone);
  if (!refs.ok) return refs;
  const head = await readText(clone, { name: "HEAD", maxBytes: SMALL });
  if (head === undefined) return err(broken("HEAD can't be read"));
  const named = /^ref: (refs\/\S{1,1000})\n?$/.exec(head)?.[1];
  if (named !== undefined) return ok({ headRef: named, refs: refs.value });
  const commit = parseCommitSha(head.trim());
  return commit.ok
    ? ok({ headCommit: commit.value, refs: refs.value })
    : err(broken("HEAD is neither a branch nor a commit"));
}

async function folderFault(clone: string): Promise<CloneFault | undefined> {
  const [outer, inner] = [await lstat(clone).catch(absent), await lstat(join(clone, ".git")).catch(absent)];
  if (outer?.isDirectory() !== true) return tampered("the clone is not a folder");
  if (inner === undefined) return broken(".git is missing");
  if (!inner.isDirectory()) return tampered(".git is not a folder");
  for (const name of FORBIDDEN) {
    if ((await lstat(join(clone, ".git", name)).catch(absent)) !== undefined)
      return tampered(`.git/${name} must not exist`);
  }
  return undefined;
}

/** The object store may hold plain folders and files only, and borrow from the daemon's repository only. */
async function objectsFault(clone: string, bare: string): Promise<CloneFault | undefined> {
  const root = join(clone, ".git", "objects");
  const facts = await lstat(root).catch(absent);
  if (facts?.isDirectory() !== true)
    return facts === undefined ? broken("objects are missing") : tampered("objects is not a folder");
  const waiting = [root];
  let seen = 0;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      seen += 1;
      if (seen > MOST_ENTRIES) return tampered("there are too many object files");
      if (entry.isDirectory()) waiting.push(join(folder, entry.name));
      else if (!entry.isFile()) return tampered("the object store holds something that is not a file");
    }
  }
  const alternates = await readText(clone, { name: "objects/info/alternates", maxBytes: SMALL });
  if (alternates === undefined) return broken("objects/info/alternates is missing");
  return alternates === alternatesText(bare) ? undefined : tampered("objects/info/alternates points elsewhere");
}

async function readRefs(clone: string): Promise<Result<ReadonlyMap<string, CommitSha>, CloneFault>> {
  const refs = new Map<string, CommitSha>();
  const packed = await readText(clone, { name: "packed-refs", maxBytes: MOST_PACKED });
  for (const line of (packed ?? "").split("\n")) {
    const [, object = "", name = ""] = /^([0-9a-f]{40,64}) (refs\/.{1,1000})$/.exec(line) ?? [];
    const commit = parseCommitSha(object);
    if (commit.ok) refs.set(name, commit.value);
  }
  const names = await looseNames(join(clone, ".git", "refs"));
  if (names === undefined) return err(tampered("refs hold a link, or too much"));
  for (const name of names) {
    const commit = parseCommitSha((await readText(clone, { name, maxBytes: SMALL }))?.trim() ?? "");
    if (commit.ok) refs.set(name, commit.value);
    else refs.delete(name);
  }
  return refs.size > MOST_REFS ? err(tampered("there are too many refs")) : ok(refs);
}

/** Names of loose ref files, such as `refs/heads/main`; absent when something else than folders and files is there. */
async function looseNames(root: string): Promise<readonly string[] | undefined> {
  const facts = await lstat(root).catch(absent);
  if (facts === undefined) return [];
  if (!facts.isDirectory()) return undefined;
  const names: string[] = [];
  const waiting = ["refs"];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await readdir(join(root, "..", folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(name);
      else if (entry.isFile()) names.push(name);
      else return undefined;
    }
    if (names.length > MOST_REFS || waiting.length > MOST_REFS) return undefined;
  }
  return names.filter((name) => !name.endsWith(".lock"));
}

async function readText(
  clone: string,
  file: { readonly name: string; readonly maxBytes: number },
): Promise<string | undefined> {
  const read = await readRegularFile(clone, `.git/${file.name}`, file.maxBytes);
  return read.ok ? read.value.toString("utf8") : undefined;
}

function broken(detail: string): CloneFault {
  return { kind: "broken", detail };
}

function tampered(detail: string): CloneFault {
  return { kind: "tampered", detail };
}
