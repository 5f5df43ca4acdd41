import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

import { orchError, type AgentSettings } from "@orch/core";

import { askProgram } from "./ask-program.ts";
import type { AgentSurroundings } from "./surroundings.ts";

const VERSION_MS = 4000;

/**
 * The absolute path of a program, undefined where there is none. A name is looked up in the search path; a path must
 * be absolute, because the working folder of a task belongs to the agent.
 */
export async function findProgram(name: string, surroundings: AgentSurroundings): Promise<string | undefined> {
  if (isAbsolute(name)) return (await isProgram(name)) ? name : undefined;
  if (name === "" || name.includes("/")) return undefined;
  for (const folder of surroundings.path.filter(isAbsolute)) {
    const file = join(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

/** As `findProgram`. @throws `agent_missing` */
export async function requireProgram(name: string, surroundings: AgentSurroundings): Promise<string> {
  const found = await findProgram(name, surroundings);
  if (found !== undefined) return found;
  throw orchError("agent_missing", `the program ${JSON.stringify(name)} was not found`, {
    hint: "Install it, or give its absolute path as agents.<name>.command.",
    details: { program: name },
  });
}

/** A program's path with every link resolved; the path itself where that fails. */
export async function resolvedProgram(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/**
 * What a sandbox has to leave readable for a program to run: the folder that it really lies in, or its file alone where
 * that folder holds the person's home. A program of an npm package needs the packages beside its own, too.
 */
export async function programFiles(path: string, surroundings: AgentSurroundings): Promise<string> {
  return foldersOf(await resolvedProgram(path), surroundings);
}

/**
 * What a sandbox has to leave readable for an agent to run: its program, what its command names by absolute paths, and
 * the programs that its arguments and its variables name for it to start, as an adapter's do. Of those the file alone,
 * unless they are of an npm package. Where a path is a link, its folder, too.
 */
export async function agentFiles(
  program: string,
  settings: AgentSettings,
  surroundings: AgentSurroundings,
): Promise<readonly string[]> {
  const [, ...rest] = settings.command;
  const own = [program, ...rest.filter(isAbsolute)].map(async (path) => [
    ...(await linkFolders(path, surroundings)),
    await programFiles(path, surroundings),
  ]);
  const named = [...settings.args, ...Object.values(settings.env)].filter(isAbsolute).map(async (path) => {
    if (!(await isProgram(path))) return [];
    const real = await resolvedProgram(path);
    return [...(await linkFolders(path, surroundings)), packagesAround(real) ?? real];
  });
  return [...new Set((await Promise.all([...own, ...named])).flat())];
}

async function linkFolders(path: string, surroundings: AgentSurroundings): Promise<readonly string[]> {
  return (await resolvedProgram(path)) === path ? [] : [foldersOf(path, surroundings)];
}

/** The folder of a file and of the packages that it may need; the file alone where that folder holds the home. */
function foldersOf(file: string, { home }: AgentSurroundings): string {
  const folder = packagesAround(file) ?? dirname(file);
  const holdsHome = home === folder || home.startsWith(`${folder.replace(/\/$/, "")}/`);
  return holdsHome ? file : folder;
}

/** The outermost `node_modules` around a path: npm puts what a package needs anywhere below it. */
export function packagesAround(path: string): string | undefined {
  return /^(.*?\/node_modules)\//.exec(path)?.[1];
}

/** The first line that a program prints for `--version`, asked for at most 4 s; undefined when it does not answer. */
export async function probeVersion(
  argv: readonly string[],
  surroundings: AgentSurroundings,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await askProgram([...argv, "--version"], {
    env: { PATH: surroundings.path.join(":") },
    limitMs: VERSION_MS,
    maxBytes: 100_000,
    signal,
  });
  const line = answer?.split("\n")[0]?.trim().slice(0, 200);
  return line === "" ? undefined : line;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
