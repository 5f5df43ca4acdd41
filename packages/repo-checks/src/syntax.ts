import { type Comment, parseSync, Visitor, type VisitorObject } from "oxc-parser";

import type { TextFile } from "./workspace.ts";

interface Syntax {
  readonly program: ReturnType<typeof parseSync>["program"];
  readonly comments: readonly Comment[];
}

const parsed = new WeakMap<TextFile, Syntax>();

/** The syntax tree and comments of a file, parsed once. */
export function syntaxOf(file: TextFile): Syntax {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const result = parseSync(file.path, file.text);
  const syntax = { program: result.program, comments: result.comments };
  parsed.set(file, syntax);
  return syntax;
}

/** Calls the visitor's functions for every node of their kind. */
export function visit(file: TextFile, visitor: VisitorObject): void {
  new Visitor(visitor).visit(syntaxOf(file).program);
}

/** `path:line` of an offset in the file. */
export function locate(file: TextFile, offset: number): string {
  return `${file.path}:${file.text.slice(0, offset).split("\n").length}`;
}

/** The text of a node without white space, for comparing short expressions. */
export function textOf(file: TextFile, node: { start: number; end: number }): string {
  return file.text.slice(node.start, node.end).replaceAll(/\s+/g, "");
}

/** Number of lines that hold code: blank lines and lines of comment do not count. */
export function countCodeLines(file: TextFile): number {
  let code = "";
  let end = 0;
  for (const comment of syntaxOf(file).comments) {
    code += file.text.slice(end, comment.start);
    end = comment.end;
  }
  code += file.text.slice(end);
  return code.split("\n").filter((line) => line.trim() !== "").length;
}
