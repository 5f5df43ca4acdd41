import { execFile } from "node:child_process";
import { realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { examplesOf } from "../docs/readme-examples.ts";
import type { Member } from "../workspace.ts";

const run = promisify(execFile);

/** What is packed, and the empty folder that it is installed in. */
export interface Packing {
  readonly root: string;
  readonly project: string;
  readonly members: readonly Member[];
}

/** Packs the members and installs their tarballs in an empty project, with pnpm and without any registry. */
export async function installPacked({ root, project, members }: Packing): Promise<void> {
  const overrides: Record<string, string> = {};
  for (const member of members) {
    const folder = join(root, member.folder);
    const args = ["pack", "--json", "--pack-destination", project];
    const { stdout } = await run("pnpm", args, { cwd: folder, maxBuffer: 16_000_000 });
    overrides[member.manifest.name] = `file:${filenameIn(stdout)}`;
    Object.assign(overrides, await linksFor(folder, member));
  }
  const names = members.map((member) => member.manifest.name);
  const dependencies = Object.fromEntries(names.map((name) => [name, overrides[name]]));
  const manifest = { name: "stranger", private: true, type: "module", dependencies, pnpm: { overrides } };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest, null, 2));
  await run("pnpm", ["install", "--offline", "--ignore-scripts", "--ignore-workspace"], { cwd: project });
}

/** Third-party packages come from this checkout's own installation: the same code, and nobody has to be asked. */
async function linksFor(folder: string, member: Member): Promise<Record<string, string>> {
  const names = Object.keys(member.manifest.dependencies ?? {}).filter((name) => !name.startsWith("@orch/"));
  const links = names.map(
    async (name) => [name, `link:${await realpath(join(folder, "node_modules", name))}`] as const,
  );
  return Object.fromEntries(await Promise.all(links));
}

function filenameIn(answer: string): string {
  const { filename } = JSON.parse(answer) as { readonly filename: string };
  return filename;
}

/** Runs the first TypeScript example of a member's README in the project, and gives what it printed. */
export async function runExample(project: string, member: Member): Promise<string> {
  const [example] = examplesOf([member]);
  if (example === undefined) throw new RangeError(`${member.folder}/README.md has no TypeScript example`);
  const file = join(project, `${member.manifest.name.replace("@orch/", "")}.ts`);
  await writeFile(file, example.code);
  const { stdout } = await run(process.execPath, [file], { cwd: project });
  return stdout;
}
