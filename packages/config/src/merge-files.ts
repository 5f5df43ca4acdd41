import type { ConfigFile } from "./config-file.ts";
import { isMapping } from "./mapping.ts";

/** The files as one: the later one wins key by key; lists are replaced as a whole. */
export function mergeFiles(files: readonly ConfigFile[]): ConfigFile {
  return files.reduce<ConfigFile>((under, over) => ({ ...under, ...mergeMappings(under, over) }), {});
}

function mergeMappings(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const below = merged.get(name);
    if (isMapping(value) && isMapping(below)) merged.set(name, mergeMappings(below, value));
    else if (value !== undefined) merged.set(name, value);
  }
  return Object.fromEntries(merged);
}
