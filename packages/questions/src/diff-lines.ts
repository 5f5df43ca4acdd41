/** The lines of new files that a diff shows, by path. */
export type ShownLines = ReadonlyMap<string, readonly LineRange[]>;

/** Lines from `first` to `last`, both included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

const NEW_FILE = "+++ ";
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/**
 * Reads a unified diff of git's. Lines of a hunk are counted, not interpreted: whatever a file says, it makes no other
 * file appear. Deleted and binary files show no lines.
 */
export function shownLines(diff: string): ShownLines {
  const shown = new Map<string, LineRange[]>();
  let ranges: LineRange[] | undefined;
  let [oldLeft, newLeft] = [0, 0];
  for (const line of diff.split("\n")) {
    if (oldLeft > 0 || newLeft > 0) {
      if (line.startsWith("+")) newLeft -= 1;
      else if (line.startsWith("-")) oldLeft -= 1;
      else if (!line.startsWith("\\")) [oldLeft, newLeft] = [oldLeft - 1, newLeft - 1];
      continue;
    }
    if (line.startsWith("diff --git ")) ranges = undefined;
    if (line.startsWith(NEW_FILE)) ranges = rangesOf(shown, line.slice(NEW_FILE.length));
    const hunk = HUNK.exec(line);
    if (hunk === null) continue;
    const [, before = "1", first = "0", after = "1"] = hunk;
    [oldLeft, newLeft] = [Number(before), Number(after)];
    if (newLeft > 0) ranges?.push({ first: Number(first), last: Number(first) + newLeft - 1 });
  }
  return shown;
}

function rangesOf(shown: Map<string, LineRange[]>, written: string): LineRange[] | undefined {
  const path = pathOf(written);
  if (path === undefined) return undefined;
  const ranges: LineRange[] = [];
  shown.set(path, ranges);
  return ranges;
}

/** `b/a.txt`, `"b/odd\tname"` with a tab after names that hold spaces; `/dev/null`: there is no new file. */
function pathOf(written: string): string | undefined {
  const text = written.startsWith('"') ? unquoted(written) : written.replace(/\t$/, "");
  return text.startsWith("b/") ? text.slice(2) : undefined;
}

/** Git quotes as C does, byte by byte. */
function unquoted(written: string): string {
  const bytes: number[] = [];
  const inner = written.slice(1, written.lastIndexOf('"'));
  for (const [piece] of inner.matchAll(/\\[0-7]{3}|\\.|[^\\]+/gsu)) {
    const [mark, kind = ""] = piece;
    if (mark !== "\\") bytes.push(...new TextEncoder().encode(piece));
    else if (/^[0-7]/.test(kind)) bytes.push(Number.parseInt(piece.slice(1), 8));
    else bytes.push(ESCAPES[kind] ?? kind.charCodeAt(0));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
