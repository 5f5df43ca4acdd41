import type { Screen } from "../host.ts";
import { widthOf } from "./style.ts";

/** What stands before each line, and how wide the screen is; without columns nothing is wrapped. */
export interface Margin {
  readonly prefix: string;
  readonly columns?: number;
}

/** The margin of a screen: a terminal is as wide as it is, and in a pipe nothing is wrapped. */
export function marginOn({ isTerminal, columns }: Screen, prefix: string): Margin {
  return isTerminal ? { prefix, columns } : { prefix };
}

/** Puts a prefix before every line; words that would run over the edge go on in the next one. */
export function prefixLines(text: string, { prefix, columns }: Margin): string {
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, columns - widthOf(prefix));
  return text
    .split("\n")
    .flatMap((line) => wrapped(line, room))
    .map((line) => `${prefix}${line}`)
    .join("\n");
}

function wrapped(line: string, room: number): readonly string[] {
  if (widthOf(line) <= room) return [line];
  const lines: string[] = [];
  let current = /^ */.exec(line)?.[0] ?? "";
  const indent = current;
  for (const word of line.trim().split(" ")) {
    const isFirst = current === indent;
    const longer = isFirst ? `${current}${word}` : `${current} ${word}`;
    if (!isFirst && widthOf(longer) > room) {
      lines.push(current);
      current = `${indent}${word}`;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}
