import { TOLERANCE, type Comparison } from "./compare.ts";

/** The result for people: a line per figure, then what is worth a look. */
export function renderTable(comparisons: readonly Comparison[]): string {
  const width = Math.max(...comparisons.map(({ figure }) => figure.name.length), 0);
  const lines = comparisons.map((comparison) => line(comparison, width));
  const worse = comparisons.filter(({ verdict }) => verdict === "worse");
  const missed = comparisons.filter(({ figure }) => figure.goal !== undefined && figure.ratio > figure.goal);
  const notes = [
    ...worse.map(({ figure }) => `warning: ${figure.name} is over ${TOLERANCE} times its committed ratio`),
    ...missed.map(({ figure }) => `note: ${figure.name} is over its goal of ${figure.goal ?? 0} × ${figure.yardstick}`),
  ];
  return `${[...lines, ...notes].join("\n")}\n`;
}

function line({ figure, committed, verdict }: Comparison, width: number): string {
  const before = committed === undefined ? "new" : `was ${committed.toFixed(2)}`;
  const mark = verdict === "worse" ? "!" : " ";
  return `${mark} ${figure.name.padEnd(width)} ${figure.ratio.toFixed(2).padStart(8)} × ${figure.yardstick} (${before}; ${figure.seen})`;
}
