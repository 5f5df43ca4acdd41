const LARGEST_PAGE = 10_000;

/** A caller's limit, brought to between 1 and 10,000 rows, so that no read grows with the store. */
export function bounded(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), LARGEST_PAGE);
}
