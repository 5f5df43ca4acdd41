import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";

import { asOrchError, err, ok, orchError, type OrchError, type Result } from "@orch/core";

import type { Config } from "./config.ts";
import { offeredDrivers } from "./defaults.ts";
import { diskFiles, type FileAccess } from "./file-access.ts";
import { homePaths } from "./home-paths.ts";
import type { Environment } from "./interpolate.ts";
import { keyOf } from "./parse-document.ts";
import { invalidConfig, type Notice } from "./problem.ts";
import { readConfigText, type WrittenConfig } from "./read-config-text.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { FileKind } from "./sift-keys.ts";

const READABLE_BY_OTHERS = 0o044;

/** The names of a project's file; the second is the seeds' old one. */
export const projectFileNames: readonly [string, string] = [".orch.yml", ".orchestrator.yml"];

/** What a configuration is loaded from. */
export interface LoadOptions {
  /** The home folder of orch; its `config.yml` may be missing. */
  readonly home: string;
  /** Where to look for a project's file: here, then upwards to the root of its repository. Absent: no project. */
  readonly folder?: string;
  readonly env: Environment;
  /** Absent: the disk. */
  readonly files?: FileAccess;
}

/** A configuration, and where it comes from. */
export interface LoadedConfig {
  readonly config: Config;
  /** The files that were read, the global one first. */
  readonly sources: readonly { readonly path: string; readonly kind: FileKind }[];
  /** What a person should know: old names, keys without a use. */
  readonly notices: readonly Notice[];
}

/**
 * Loads the global file and the nearest file of a project, and completes them. Errors: `config_invalid` with all
 * problems of all files, `config_unreadable`, `config_exposed` where others may read the keys in the global file. No file at all is fine: then everything has its default.
 */
export async function loadConfig(options: LoadOptions): Promise<Result<LoadedConfig, OrchError>> {
  try {
    const files = await readFiles(options);
    const exposed = await exposedFile(files, options.files ?? diskFiles);
    if (exposed !== undefined) return err(exposed);
    const broken = files.flatMap(({ problems }) => problems);
    if (broken.length > 0) return err(invalidConfig(broken));
    const present = await presentAgents(options);
    const resolved = resolveConfig({ home: options.home, env: options.env, files, present });
    if (resolved.problems.length > 0) return err(invalidConfig(resolved.problems));
    return ok({
      config: resolved.config,
      sources: files.map(({ path, kind }) => ({ path, kind })),
      notices: [...files.flatMap(({ notices }) => notices), ...resolved.notices],
    });
  } catch (cause) {
    return err(asOrchError(cause));
  }
}

/** Keys are the person's alone (a repository's file is everybody's, and none belong there). */
async function exposedFile(read: readonly WrittenConfig[], files: FileAccess): Promise<OrchError | undefined> {
  const own = read.find(({ kind }) => kind === "global");
  if (own?.secretAt === undefined) return undefined;
  const mode = (await files.mode?.(own.path)) ?? 0;
  if ((mode & READABLE_BY_OTHERS) === 0) return undefined;
  const what = `${own.path} holds ${keyOf(own.secretAt)}, and others may read it (mode ${mode.toString(8)})`;
  return orchError("config_exposed", what, {
    hint: `Make it yours alone: chmod 600 ${own.path}, or orch doctor --fix`,
  });
}

/** The nearest file of a project, from `folder` upwards; the search ends at the root of the folder's repository. */
export async function findProjectFile(folder: string, files: FileAccess = diskFiles): Promise<string | undefined> {
  for (let here = resolve(folder); ; here = dirname(here)) {
    for (const name of projectFileNames) {
      if (await files.exists(join(here, name))) return join(here, name);
    }
    if (here === dirname(here) || (await files.exists(join(here, ".git")))) return undefined;
  }
}

/** The agents that need no settings and whose program is on the search path. */
async function presentAgents({ env, files = diskFiles }: LoadOptions): Promise<readonly string[]> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const found = await Promise.all(
    offeredDrivers.map(async (name) => {
      const places = await Promise.all(folders.map((folder) => files.exists(join(folder, name))));
      return places.includes(true) ? [name] : [];
    }),
  );
  return found.flat();
}

async function readFiles(options: LoadOptions): Promise<readonly WrittenConfig[]> {
  const { env, files = diskFiles } = options;
  const project = options.folder === undefined ? undefined : await findProjectFile(options.folder, files);
  const wanted: readonly { readonly path: string; readonly kind: FileKind }[] = [
    { path: homePaths(options.home).config, kind: "global" },
    ...(project === undefined ? [] : [{ path: project, kind: "project" as const }]),
  ];
  const read: WrittenConfig[] = [];
  for (const { path, kind } of wanted) {
    const text = await files.read(path);
    if (text !== undefined) read.push(withOldName(readConfigText({ path, kind, text, env })));
  }
  return read;
}

function withOldName(written: WrittenConfig): WrittenConfig {
  if (written.kind !== "project" || !written.path.endsWith(projectFileNames[1])) return written;
  const notice = { place: written.placeOf([]), key: "", message: `is an old name: call it ${projectFileNames[0]}` };
  return { ...written, notices: [notice, ...written.notices] };
}
