import { err, ok, type Result } from "@orch/core";
import { parse } from "yaml";

import { isSkillId } from "./catalogue.ts";
import { lineOf } from "./front-matter.ts";
import type { SkillRepository } from "./sync.ts";

/** What the catalogue file of the first seed says, `skills.yml` (seed row A53). */
export interface CatalogueFile {
  readonly repositories: readonly SkillRepository[];
  /** Skills by id, with what the file calls them. */
  readonly skills: readonly NamedSkill[];
}

/** A skill that a catalogue file names. */
export interface NamedSkill {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
}

/** Nothing is in it. */
export const emptyCatalogue: CatalogueFile = { repositories: [], skills: [] };

const MOST_ENTRIES = 500;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Reads a catalogue file: `repositories` of `{url, pin, path}`, and `skills` of ids or `{id, name, description}`. Other
 * keys say nothing. The error is why the file can't be used as a whole, in words for a person.
 */
export function readCatalogueFile(text: string): Result<CatalogueFile, string> {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch {
    return err("it is no YAML");
  }
  if (value === null) return ok(emptyCatalogue);
  const [repositories, skills] = [listOf(value, "repositories"), listOf(value, "skills")];
  if (repositories === undefined || skills === undefined) return err("repositories and skills have to be lists");
  const sources: SkillRepository[] = [];
  for (const [index, entry] of repositories.entries()) {
    const source = repositoryOf(entry);
    if (!source.ok) return err(`repository ${index + 1} ${source.error}`);
    sources.push(source.value);
  }
  return ok({ repositories: sources, skills: skills.flatMap((entry) => skillOf(entry) ?? []) });
}

/** A pin is a commit here: a branch or a tag says tomorrow something else than today. */
function repositoryOf(entry: unknown): Result<SkillRepository, string> {
  const repo = lineOf(entry, "url") ?? lineOf(entry, "repo");
  if (repo === undefined) return err("has no url");
  const [pin, path] = [lineOf(entry, "pin"), lineOf(entry, "path")];
  if (pin !== undefined && !COMMIT.test(pin)) return err("has a pin that is no whole commit id");
  return ok({ repo, ...(path === undefined ? {} : { path }), ...(pin === undefined ? {} : { pin }) });
}

function skillOf(entry: unknown): NamedSkill | undefined {
  const id = typeof entry === "string" ? entry : (lineOf(entry, "id") ?? lineOf(entry, "name"));
  if (id === undefined || !isSkillId(id)) return undefined;
  const [name, description] = [lineOf(entry, "name"), lineOf(entry, "description")];
  return { id, ...(name === undefined ? {} : { name }), ...(description === undefined ? {} : { description }) };
}

/** Undefined: it is something else than a list. */
function listOf(value: unknown, key: string): readonly unknown[] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const list: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  if (list === undefined || list === null) return [];
  return Array.isArray(list) ? list.slice(0, MOST_ENTRIES) : undefined;
}
