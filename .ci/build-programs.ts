import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import type { UserConfig } from "tsdown";

const ROOT = join(import.meta.dirname, "..");
const PACKAGES = ["{packages,packages/backends}/*/tsdown.config.ts", "prompts/tsdown.config.ts"];
const APPS = "apps/*/tsdown.config.ts";
/** What all packages are built by. */
const BASE = [join(import.meta.dirname, "package-build.ts"), join(ROOT, "pnpm-lock.yaml")];

/**
 * Brings the JavaScript in `dist` up to date, for programs to be started from it: the same files as those of the build
 * gate, without declarations and without the checks of a package that is published. Takes a second, or nothing.
 */
export async function buildPrograms(): Promise<void> {
  const packages = globSync(PACKAGES, { cwd: ROOT });
  await buildAll(packages.filter((config) => isStale(config)));
  // Apps hold packages in their bundles, so they are built after them, and again when one of them was.
  const newest = Math.max(...packages.map((config) => changedAt(stampOf(config)) ?? 0));
  await buildAll(globSync(APPS, { cwd: ROOT }).filter((config) => isStale(config) || begunAt(config) < newest));
}

async function buildAll(configs: readonly string[]): Promise<void> {
  await Promise.all(configs.map((config) => buildOne(config)));
}

function begunAt(config: string): number {
  return Number(readFileSync(stampOf(config), "utf8"));
}

function isStale(config: string): boolean {
  const folder = join(ROOT, dirname(config));
  const stamp = stampOf(config);
  const [entry, stamped] = [
    changedAt(join(folder, "dist", "main.mjs")) ?? changedAt(join(folder, "dist", "index.mjs")),
    changedAt(stamp),
  ];
  // A build that was cut off, or another one since, has left files newer than the stamp.
  if (entry === undefined || stamped === undefined || entry > stamped) return true;
  const begun = begunAt(config);
  // A folder's own time tells of files that are gone.
  const sources = globSync(["src", "src/**", "package.json", "tsdown.config.ts"], { cwd: folder });
  return [...sources.map((path) => join(folder, path)), ...BASE].some((path) => (changedAt(path) ?? 0) > begun);
}

/** Holds when a package's last whole build began. */
function stampOf(config: string): string {
  return join(ROOT, ".cache", "built", dirname(config).replaceAll(/[\\/]/g, "-"));
}

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

async function buildOne(relative: string): Promise<void> {
  const [config, stamp, begun] = [join(ROOT, relative), stampOf(relative), Date.now()];
  mkdirSync(dirname(stamp), { recursive: true });
  rmSync(stamp, { force: true });
  // Not before it is needed: loading the bundler takes longer than finding that nothing has changed.
  const { build } = await import("tsdown");
  const { default: options } = (await import(pathToFileURL(config).href)) as { readonly default: UserConfig };
  // Errors alone: packages that are not built yet are warned of, although they stay outside anyway.
  const quick = { dts: false, publint: false, attw: false, clean: false, logLevel: "error" } as const;
  await build({ ...options, ...quick, cwd: dirname(config), config: false });
  writeFileSync(stamp, String(begun));
}

if (import.meta.main) await buildPrograms();
