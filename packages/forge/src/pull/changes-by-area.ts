import type { DiffStat, FileChange } from "@orch/core";

import { codeSpan, type Neutralise } from "../text/shown-text.ts";

const MOST_AREAS = 20;
const MOST_FILES = 8;
/** Folders that say nothing by themselves: the one below is the area. */
const CONTAINERS = new Set([
  "apps",
  "crates",
  "cmd",
  "internal",
  "lib",
  "libs",
  "modules",
  "packages",
  "services",
  "src",
]);

/** What changed, area by area, the largest first: an area is a folder at the top, or below one that holds many. Empty: nothing. */
export function changesByArea(diff: DiffStat | undefined, neutral: Neutralise): string {
  const areas = new Map<string, FileChange[]>();
  for (const file of diff?.files ?? []) {
    const area = areaOf(file.path);
    areas.set(area, [...(areas.get(area) ?? []), file]);
  }
  const ordered = [...areas].toSorted(([, one], [, other]) => sizeOf(other) - sizeOf(one));
  const shown = ordered.slice(0, MOST_AREAS).map(([area, files]) => {
    const names = files.slice(0, MOST_FILES).map(({ path }) => codeSpan(inside(path, area), { neutral }));
    const more = files.length > MOST_FILES ? `, and ${files.length - MOST_FILES} more` : "";
    const [added, deleted] = [sum(files, "added"), sum(files, "deleted")];
    return `- **${codeSpan(area, { neutral })}** (+${added} −${deleted}): ${names.join(", ")}${more}`;
  });
  const rest = ordered.length > MOST_AREAS ? [`- … and ${ordered.length - MOST_AREAS} more areas`] : [];
  return [...shown, ...rest].join("\n");
}

function areaOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  const [top = "", below] = folders;
  if (top === "") return "/";
  return CONTAINERS.has(top) && below !== undefined ? `${top}/${below}` : top;
}

function inside(path: string, area: string): string {
  return path.startsWith(`${area}/`) ? path.slice(area.length + 1) : path;
}

function sizeOf(files: readonly FileChange[]): number {
  return sum(files, "added") + sum(files, "deleted");
}

function sum(files: readonly FileChange[], of: "added" | "deleted"): number {
  return files.reduce((total, file) => total + file[of], 0);
}
