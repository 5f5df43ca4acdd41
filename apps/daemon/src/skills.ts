import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { homePaths, type Config } from "@orch/config";
import { err, ok, type Clock, type Logger, type Random, type Redactor, type Result } from "@orch/core";
import { readRegularFile } from "@orch/security";
import {
  createSkills,
  emptyCatalogue,
  folderName,
  readCatalogueFile,
  syncSkills,
  type CatalogueFile,
  type SkillRepository,
  type Skills,
} from "@orch/skills";
import { createFileFetcher } from "@orch/workspace";

import type { DaemonEnvironment } from "./env.ts";
import type { SkillService } from "./handlers/services.ts";

/** The skills of this machine, always by the configuration of now: the person's own first, then those that were brought. */
export function createSkillService(parts: {
  readonly environment: DaemonEnvironment;
  readonly configuration: () => Pick<Config, "skills">;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly random: Random;
  readonly clock: Clock;
}): SkillService & Pick<Skills, "documents"> {
  const { environment, configuration, logger, redactor, random, clock } = parts;
  const { home, userHome, path } = environment;
  const paths = homePaths(home);
  const fetch = createFileFetcher({ home, searchPath: path.join(":"), clock, logger, redactor });

  /** What the configuration names counts before the same in the catalogue file. */
  async function sources(): Promise<readonly SkillRepository[]> {
    const file = await readCatalogue(paths.skillCatalogue);
    const all = [...configuration().skills, ...(file.ok ? file.value : emptyCatalogue).repositories];
    return all.filter((one, index) => all.findIndex((other) => folderName(other) === folderName(one)) === index);
  }

  async function skills(): Promise<Skills> {
    const file = await readCatalogue(paths.skillCatalogue);
    if (!file.ok) logger.warn({ why: file.error }, "skills.yml can't be used");
    const brought = (await sources()).map((source) => join(paths.broughtSkills, folderName(source)));
    const folders = [paths.skills, ...brought, join(userHome, ".claude", "skills")];
    return createSkills({ folders, named: file.ok ? file.value.skills : [] });
  }

  async function sync(): Promise<SyncOutcomes> {
    const file = await readCatalogue(paths.skillCatalogue);
    const outcomes = await syncSkills(await sources(), { folder: paths.broughtSkills, fetch, random });
    const brought = outcomes.map((outcome) => (outcome.ok ? { ...outcome, skills: [...outcome.skills] } : outcome));
    const why = file.ok ? missing(file.value, await (await skills()).catalogue()) : file.error;
    return why === undefined ? brought : [...brought, { repo: paths.skillCatalogue, ok: false, why }];
  }

  return {
    catalogue: async () => [...(await (await skills()).catalogue())],
    documents: async (ids) => (await skills()).documents(ids),
    repositories: async () => (await sources()).length,
    sync,
  };
}

type SyncOutcomes = Awaited<ReturnType<SkillService["sync"]>>;

const MOST_CATALOGUE_BYTES = 1024 * 1024;

/** The person's own catalogue file, which may be a link; one that is not there is empty. */
async function readCatalogue(path: string): Promise<Result<CatalogueFile, string>> {
  const real = await realpath(path).catch(() => path);
  const read = await readRegularFile(dirname(real), basename(real), MOST_CATALOGUE_BYTES);
  if (read.ok) return readCatalogueFile(read.value.toString("utf8"));
  return read.error === "absent" ? ok(emptyCatalogue) : err(`it can't be read: ${read.error}`);
}

/** The skills that the file names and nobody has; undefined: there are none. */
function missing({ skills }: CatalogueFile, found: readonly { readonly id: string }[]): string | undefined {
  const absent = skills.filter(({ id }) => !found.some((skill) => skill.id === id)).map(({ id }) => id);
  return absent.length === 0 ? undefined : `no SKILL.md was found for ${absent.join(", ")}`;
}
