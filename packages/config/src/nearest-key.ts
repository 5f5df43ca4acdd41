/** The candidate nearest to a mistyped key, or undefined when none is near: two letters may differ, or a third of them. */
export function nearestKey(typed: string, candidates: readonly string[]): string | undefined {
  if (typed.length > 60) return undefined;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(fold(typed), fold(candidate)) }))
    .toSorted((left, right) => left.distance - right.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.distance <= Math.max(best.candidate.length > 3 ? 2 : 1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

function fold(key: string): string {
  return key.toLowerCase().replaceAll("-", "_");
}

/** Levenshtein's distance: inserted, deleted and replaced letters. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const replaced = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
