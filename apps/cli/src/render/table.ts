import { cutTo, oneLine, widthOf, type Style } from "./style.ts";

/** One cell: a plain text, and how it is marked. */
export interface Cell {
  readonly text: string;
  readonly mark?: (text: string) => string;
}

/** What a result is drawn on. */
export interface Canvas {
  readonly style: Style;
  readonly columns: number;
}

/** A table with a head; the last column is cut where the terminal ends, and nothing is cut in pipes. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { style, columns }: Canvas,
): string {
  const clean = rows.map((row) => row.map((cell) => ({ ...cell, text: oneLine(cell.text) })));
  const widths = head.map((title, column) =>
    Math.max(widthOf(title), ...clean.map((row) => widthOf(row[column]?.text ?? ""))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = style.color ? Math.max(20, columns - before) : Number.POSITIVE_INFINITY;
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, mark }, column) => {
        const isLast = column === cells.length - 1;
        const shown = isLast ? cutTo(text, room) : text;
        const padding = isLast ? "" : " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(shown)));
        return `${mark === undefined ? shown : mark(shown)}${padding}`;
      })
      .join("  ")
      .trimEnd();
  return [line(head.map((text) => ({ text, mark: style.dim }))), ...clean.map((row) => line(row))].join("\n");
}

/** Names with values below each other; empty values are left out. */
export function renderFields(fields: readonly (readonly [string, string | undefined])[], { style }: Canvas): string {
  const present = fields.filter(
    (field): field is readonly [string, string] => field[1] !== undefined && field[1] !== "",
  );
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}`).join("\n");
}
