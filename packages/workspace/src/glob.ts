/**
 * A path as the most forgiving file systems compare it: without upper and lower case (also that of other alphabets),
 * forms of a letter, and marks that HFS+ skips.
 */
export function foldedPath(path: string): string {
  const bare = path.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "");
  // Lower case alone leaves letters such as a long s.
  return bare.normalize("NFC").toUpperCase().toLowerCase();
}

/**
 * True when a path (with `/`, relative) fits a pattern: `*` and `?` stay inside one part, `**` stands for any number of
 * parts, everything else is literal, compared as `foldedPath` does, names with a leading dot are not
 * special. A pattern that fits a folder fits everything in it; one without `/` fits at any depth. Never backtracks more
 * than path times pattern.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const trimmed = foldedPath(pattern)
    .replace(/^\.?\/+/, "")
    .replace(/\/+$/, "");
  if (trimmed === "") return false;
  const parts = trimmed.split("/");
  const anywhere = parts.length === 1 && !pattern.startsWith("/") ? ["**", ...parts] : parts;
  return fits(foldedPath(path).split("/"), [...anywhere, "**"], (part, wanted) =>
    fits(part.split(""), wanted.split(""), sameCharacter),
  );
}

/** Wildcard matching over lists, greedy with one point of return; `**` among parts and `*` among characters take any number. */
function fits(
  items: readonly string[],
  pattern: readonly string[],
  same: (item: string, wanted: string) => boolean,
): boolean {
  let [item, at, star, mark] = [0, 0, -1, 0];
  while (item < items.length) {
    const wanted = pattern[at];
    if (wanted === (same === sameCharacter ? "*" : "**")) {
      [star, mark] = [at, item];
      at += 1;
    } else if (wanted !== undefined && same(items[item] ?? "", wanted)) {
      item += 1;
      at += 1;
    } else if (star !== -1) {
      mark += 1;
      [item, at] = [mark, star + 1];
    } else return false;
  }
  return pattern.slice(at).every((rest) => rest === (same === sameCharacter ? "*" : "**"));
}

function sameCharacter(item: string, wanted: string): boolean {
  return wanted === "?" || item === wanted;
}
