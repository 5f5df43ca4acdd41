import { globSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import type { UserConfig } from "tsdown";

const ROOT = join(import.meta.dirname, "..");
const CONFIGS = "{apps,packages,packages/backends}/*/tsdown.config.ts";
/** What all packages are built by. */
const BASE = [join(import.meta.dirname, "package-build.ts"), join(ROOT, "pnpm-lock.yaml")];

/**
 * Brings the JavaScript in `dist` up to date, for programs to be started from it: the same files as those of the build
 * gate, without declarations and without the checks of a package that is published. Takes a second, or nothing.
 */
export async function buildPrograms(): Promise<void> {
  const stale = globSync([CONFIGS, "prompts/tsdown.config.ts"], { cwd: ROOT }).filter((config) => isStale(config));
  await Promise.all(stale.map((config) => buildOne(join(ROOT, config))));
}

function isStale(config: string): boolean {
  const folder = join(ROOT, dirname(config));
  const built = changedAt(join(folder, "dist", "index.mjs")) ?? changedAt(join(folder, "dist", "main.mjs"));
  if (built === undefined) return true;
  // A folder's own time tells of files that are gone.
  const sources = globSync(["src", "src/**", "package.json", "tsdown.config.ts"], { cwd: folder });
  return [...sources.map((path) => join(folder, path)), ...BASE].some((path) => (changedAt(path) ?? 0) > built);
}

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

async function buildOne(config: string): Promise<void> {
  // Not before it is needed: loading the bundler takes longer than finding that nothing has changed.
  const { build } = await import("tsdown");
  const { default: options } = (await import(pathToFileURL(config).href)) as { readonly default: UserConfig };
  // Errors alone: packages that are not built yet are warned of, although they stay outside anyway.
  const quick = { dts: false, publint: false, attw: false, clean: false, logLevel: "error" } as const;
  await build({ ...options, ...quick, cwd: dirname(config), config: false });
}

if (import.meta.main) await buildPrograms();
