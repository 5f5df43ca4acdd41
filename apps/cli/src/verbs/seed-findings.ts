import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { CommandResults } from "@orch/api";
import { homePaths } from "@orch/config";

import type { Host } from "../host.ts";

type Finding = CommandResults["doctor"]["checks"][number];

/** Files of an earlier orch that lie where nobody reads them, and where they would be read. */
export async function seedFindings(
  { home, folder }: Pick<Host, "home" | "folder">,
  { projects }: { readonly projects: number },
): Promise<readonly Finding[]> {
  const { contexts, skillCatalogue } = homePaths(home);
  const found: Finding[] = [];
  const here = join(folder, "skills.yml");
  // A project may have a file of this name that is about something else.
  if (/^repositories:/m.test(await textOf(here)) && (await textOf(skillCatalogue)) === "") {
    const hint = `If it is yours, move it to ${skillCatalogue}.`;
    found.push({ name: "skills", state: "warning", detail: `${here} is not read`, hint });
  }
  const nameless = (await readdir(contexts).catch(() => [])).filter((name) => /^task-.+\.md$/.test(name));
  if (projects > 1 && nameless.length > 0) {
    const detail = `${nameless.length} files in ${contexts} name no project, and are not read: ${nameless.slice(0, 5).join(", ")}`;
    found.push({ name: "contexts", state: "warning", detail, hint: "Move each into the folder {owner}/{repo} there." });
  }
  return found;
}

/** Empty: there is no such file. */
async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
