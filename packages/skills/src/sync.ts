import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";

import { asOrchError, type Random } from "@orch/core";

import { isSkillId, MOST_SKILL_BYTES, SKILL_FILE } from "./catalogue.ts";

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A repository that skills come from (seed row A53). */
export interface SkillRepository {
  /** `owner/repo` on GitHub, an `https://` or `ssh://` address, or an absolute path. */
  readonly repo: string;
  /** The folder in it that holds the skills, or that is one; absent: the root. */
  readonly path?: string;
  /** Branch, tag or commit; absent: the default branch. */
  readonly pin?: string;
}

/** The files of one commit that match; how they are brought is the adapter's business. */
export type FetchFiles = (request: {
  readonly url: string;
  readonly pin?: string;
  /** Files of this name are wanted. */
  readonly name: string;
  /** Below this folder of the repository. */
  readonly path: string;
  readonly maxBytes: number;
}) => Promise<{ readonly commit: string; readonly files: Readonly<Record<string, string>> }>;

/** What became of one repository. */
export type SyncOutcome =
  | { readonly repo: string; readonly ok: true; readonly commit: string; readonly skills: readonly string[] }
  | { readonly repo: string; readonly ok: false; readonly why: string };

/** Where skills are brought to, and how. */
export interface SyncPlace {
  /** The folder of all skills that were brought; each repository has one of its own in it. */
  readonly folder: string;
  readonly fetch: FetchFiles;
  readonly random: Random;
}

/**
 * Brings the documents of these repositories' skills. A repository that can't be had keeps what it had; one that can is
 * replaced as a whole. Only SKILL.md files of ordinary names are written, so nothing in a repository can lead outside.
 */
export async function syncSkills(
  repositories: readonly SkillRepository[],
  place: SyncPlace,
): Promise<readonly SyncOutcome[]> {
  const outcomes: SyncOutcome[] = [];
  for (const repository of repositories) {
    try {
      outcomes.push(await syncOne(repository, place));
    } catch (error) {
      outcomes.push({ repo: repository.repo, ok: false, why: asOrchError(error).message });
    }
  }
  return outcomes;
}

async function syncOne(repository: SkillRepository, place: SyncPlace): Promise<SyncOutcome> {
  const { repo, pin } = repository;
  const url = addressOf(repo);
  if (url === undefined) {
    return { repo, ok: false, why: "it is neither owner/repo nor an https, ssh or local address" };
  }
  const path = plainPath(repository.path ?? "");
  if (path === undefined) return { repo, ok: false, why: "its path leads out of the repository" };
  const wanted = { url, name: SKILL_FILE, path, maxBytes: MOST_SKILL_BYTES, ...(pin === undefined ? {} : { pin }) };
  const { commit, files } = await place.fetch(wanted);
  // A branch or tag of the repository's own may have the name of a commit.
  if (pin !== undefined && COMMIT.test(pin) && commit !== pin) {
    return { repo, ok: false, why: `it gave the commit ${commit}, not the one of its pin` };
  }
  const skills = new Map(
    Object.entries(files).flatMap(([file, text]) => {
      const parent = dirname(file);
      const id = parent === "." ? basename(repo, ".git") : basename(parent);
      return isSkillId(id) ? [[id, text] as const] : [];
    }),
  );
  await replaceFolder(join(place.folder, folderName(repository)), { skills, random: place.random });
  return { repo, ok: true, commit, skills: [...skills.keys()].toSorted() };
}

/** The folder of a repository's skills, below the folder of all that were brought. */
export function folderName({ repo, path = "" }: SkillRepository): string {
  const readable = `${repo}/${path}`.replace(/^[a-z]+:\/\//, "").replaceAll(/[^A-Za-z0-9]+/g, "-");
  return readable.replaceAll(/^-+|-+$/g, "").slice(0, 80) || "repository";
}

function addressOf(repo: string): string | undefined {
  if (/^[A-Za-z0-9][\w.-]{0,99}\/[A-Za-z0-9_.][\w.-]{0,99}$/.test(repo)) return `https://github.com/${repo}.git`;
  if (/^(?:https|ssh):\/\/[^\s-][^\s]*$/.test(repo)) return repo;
  return /^\/[^\0]+$/.test(repo) ? repo : undefined;
}

function plainPath(written: string): string | undefined {
  const path = posix.normalize(written === "" ? "." : written);
  if (path === ".") return "";
  return path.startsWith("/") || path.split("/").includes("..") ? undefined : path.replace(/\/$/, "");
}

async function replaceFolder(
  folder: string,
  { skills, random }: { readonly skills: ReadonlyMap<string, string>; readonly random: Random },
): Promise<void> {
  const fresh = `${folder}.${random.token(6)}.new`;
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  try {
    for (const [id, text] of skills) {
      await mkdir(join(fresh, id), { mode: 0o700 });
      await writeFile(join(fresh, id, SKILL_FILE), text, { mode: 0o600, flag: "wx" });
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
