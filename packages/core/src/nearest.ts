/**
 * The candidate that a person most likely meant, when one is close enough: two letters of it may differ, or a third of
 * them. Case, and a hyphen for an underscore, make no difference.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(fold(word), fold(candidate));
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  if (best === undefined) return undefined;
  const { length } = best.candidate;
  return best.distance <= Math.max(length > 3 ? 2 : 1, Math.floor(length / 3)) ? best.candidate : undefined;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(left: string, right: string): number {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const options = [
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
        ...(swapped && row > 1 && column > 1 ? [at(before, column - 2) + 1] : []),
      ];
      current.push(Math.min(...options));
    }
    before = above;
    above = current;
  }
  return at(above, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
