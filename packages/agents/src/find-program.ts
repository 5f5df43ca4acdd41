import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

import { orchError } from "@orch/core";
import { execa } from "execa";

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
 * that folder holds the person's home.
 */
export async function programFiles(path: string, surroundings: AgentSurroundings): Promise<string> {
  const real = await resolvedProgram(path);
  const folder = dirname(real);
  const holdsHome = surroundings.home === folder || surroundings.home.startsWith(`${folder.replace(/\/$/, "")}/`);
  return holdsHome ? real : folder;
}

/** The first line that a program prints for `--version`, asked for at most 4 s; undefined when it does not answer. */
export async function probeVersion(
  argv: readonly string[],
  surroundings: AgentSurroundings,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [file = "", ...args] = argv;
  const result = await execa(file, [...args, "--version"], {
    env: { PATH: surroundings.path.join(":") },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: VERSION_MS,
    forceKillAfterDelay: 500,
    cancelSignal: signal,
    maxBuffer: 100_000,
  });
  const line = result.stdout.split("\n")[0]?.trim().slice(0, 200);
  return result.exitCode === 0 && line !== "" ? line : undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
