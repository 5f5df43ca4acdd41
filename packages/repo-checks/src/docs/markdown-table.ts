/** A table as the formatter leaves it: columns as wide as their widest cell, `|` escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const [first = "", ...others] = all.map((row) => lineOf(widths.map((width, i) => (row[i] ?? "").padEnd(width))));
  return [first, lineOf(widths.map((width) => "-".repeat(width))), ...others].join("\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
