/** Counts of single tests, as a test runner's closing lines state them. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads vitest's closing line `Tests  1 failed | 12 passed (13)`; undefined when there is none. */
export function readTestCounts(output: string): TestCounts | undefined {
  const line = output.split("\n").findLast((text) => /^\s*Tests\s+\d/.test(text));
  if (line === undefined) return undefined;
  const count = (word: string): number => Number(new RegExp(String.raw`(\d+) ${word}`).exec(line)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** Vitest's closing block, from `Test Files` on; empty for other tools. */
export function closingLines(output: string): string {
  const lines = output.trimEnd().split("\n");
  const start = lines.findLastIndex((text) => /^\s*Test Files\s+/.test(text));
  return start === -1 ? "" : lines.slice(start).join("\n");
}

/** One closing sentence of counts, alone on its line: `Tests: 12 passed, 0 failed`. */
export function formatCounts(counts: TestCounts): string {
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  return `Tests: ${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
