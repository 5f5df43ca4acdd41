import type { Dirent } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

import type { SkillSummary } from "@orch/core";
import { readRegularFile } from "@orch/security";

import { readFrontMatter } from "./front-matter.ts";

/** The file that makes a folder a skill. */
export const SKILL_FILE = "SKILL.md";
/** Largest document that is read, in bytes. */
export const MOST_SKILL_BYTES = 65_536;

const SKILL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MOST_SKILLS = 500;

/** A skill that was found. */
export interface Skill extends SkillSummary {
  /** Its folder, absolute and real. */
  readonly folder: string;
}

/** The skills of this machine. Looks at the disk at every call, so that what changed counts at once. */
export interface Skills {
  /** By id, in order of their folders; the first of two with the same id counts. At most 500. */
  catalogue(): Promise<readonly Skill[]>;
  /** The documents of these skills by id, without those that are not there. At most 64 KiB each. */
  documents(ids: readonly string[]): Promise<Readonly<Record<string, string>>>;
}

/** True for texts that can name a skill, and so a folder. */
export function isSkillId(text: string): boolean {
  return SKILL_ID.test(text);
}

/** Where skills are looked for. */
export interface SkillPlaces {
  /** Their subfolders hold a SKILL.md each; folders that don't exist hold none. */
  readonly folders: readonly string[];
  /** What skills are called whose document does not say it. */
  readonly named?: readonly { readonly id: string; readonly name?: string; readonly description?: string }[];
}

/** Finds skills in folders. */
export function createSkills({ folders, named = [] }: SkillPlaces): Skills {
  async function catalogue(): Promise<readonly Skill[]> {
    const found = new Map<string, Skill>();
    for (const folder of folders) {
      for (const id of await namesIn(folder)) {
        if (found.size >= MOST_SKILLS) break;
        const skill = found.has(id)
          ? undefined
          : await readSkill(join(folder, id), { id, ...named.find((one) => one.id === id) });
        if (skill !== undefined) found.set(id, skill);
      }
    }
    return [...found.values()];
  }

  return {
    catalogue,
    async documents(ids) {
      const wanted = new Set(ids);
      const skills = (await catalogue()).filter(({ id }) => wanted.has(id));
      const texts = await Promise.all(skills.map(async ({ id, folder }) => [id, await documentOf(folder)] as const));
      return Object.fromEntries(texts.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): readonly Dirent[] => []);
  const names = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  return names.filter(isSkillId).toSorted();
}

async function readSkill(
  path: string,
  called: { readonly id: string; readonly name?: string; readonly description?: string },
): Promise<Skill | undefined> {
  // The person may link skills into the folder; the document itself is then read without following links.
  const folder = await realpath(path).catch(() => undefined);
  const text = folder === undefined ? undefined : await documentOf(folder);
  if (folder === undefined || text === undefined) return undefined;
  const { id, name = id, description = "" } = { ...called, ...readFrontMatter(text) };
  return { id, name, description, folder };
}

async function documentOf(folder: string): Promise<string | undefined> {
  const read = await readRegularFile(folder, SKILL_FILE, MOST_SKILL_BYTES);
  return read.ok ? read.value.toString("utf8") : undefined;
}
