/** The lines of the new text that a patch shows: comments are taken there and nowhere else. */
export function linesInPatch(patch: string): ReadonlySet<number> {
  const lines = new Set<number>();
  let next = 0;
  for (const line of patch.split("\n")) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line)?.[1];
    if (start !== undefined) {
      next = Number(start);
      continue;
    }
    if (line.startsWith("-") || line.startsWith("\\")) continue;
    lines.add(next);
    next += 1;
  }
  return lines;
}
