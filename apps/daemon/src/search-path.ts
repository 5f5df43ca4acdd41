import { delimiter } from "node:path";

import { loadConfig, readPathFile } from "@orch/config";

import type { DaemonEnvironment } from "./env.ts";

/** The environment with what a path file adds, and what of that file does not count. */
export interface EquippedEnvironment {
  readonly environment: DaemonEnvironment;
  /** Absent: all of it counts, or there is none. */
  readonly pathFile?: {
    readonly file: string;
    /** Why nothing of it counts. */
    readonly why?: string;
    /** Lines that are passed over, from 1. */
    readonly lines?: readonly number[];
  };
}

/**
 * Adds the folders of the person's path file to the search path (seed row A68). A configuration that can't be read adds
 * nothing: whoever loads it next says why. Never throws.
 */
export async function withPathFile(environment: DaemonEnvironment): Promise<EquippedEnvironment> {
  const { all, home } = environment;
  const loaded = await loadConfig({ home, env: all });
  const file = loaded.ok ? loaded.value.config.pathFile : undefined;
  const read = file === undefined ? undefined : await readPathFile(file, all);
  if (file === undefined || read === undefined) return { environment };
  if (!read.ok) return { environment, pathFile: { file, why: read.error } };
  const { path, skipped } = read.value;
  return {
    environment: { ...environment, path, all: { ...all, PATH: path.join(delimiter) } },
    ...(skipped.length === 0 ? {} : { pathFile: { file, lines: skipped } }),
  };
}
