const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** The added lines of a patch without context lines, by path. Lines count by the hunks' own figures, so no content can pose as a header. */
export function addedLines(patch: string): ReadonlyMap<string, string> {
  const added = new Map<string, string[]>();
  let [path, minus, plus] = ["", 0, 0];
  for (const line of patch.split("\n")) {
    if (minus > 0 && line.startsWith("-")) minus -= 1;
    else if (plus > 0 && line.startsWith("+")) {
      plus -= 1;
      const lines = added.get(path);
      if (lines === undefined) added.set(path, [line.slice(1)]);
      else lines.push(line.slice(1));
    } else if (line.startsWith("+++ ")) path = pathOf(line.slice(4));
    else {
      const [, before, after] = HUNK.exec(line) ?? [];
      if (line.startsWith("@@ ")) [minus, plus] = [Number(before ?? 1), Number(after ?? 1)];
    }
  }
  return new Map([...added].map(([name, lines]) => [name, lines.join("\n")]));
}

function pathOf(text: string): string {
  const bare = text.startsWith('"') ? text.slice(1, -1) : text.replace(/\t$/, "");
  return bare.replace(/^b\//, "");
}
