import { visit } from "./syntax.ts";
import type { TextFile } from "./workspace.ts";

/** Every module that a file imports or re-exports, static and dynamic, types included. */
export function importsOf(file: TextFile): readonly string[] {
  const found: string[] = [];
  visit(file, {
    ImportDeclaration: (node) => void found.push(node.source.value),
    ExportAllDeclaration: (node) => void found.push(node.source.value),
    ExportNamedDeclaration: (node) => void (node.source && found.push(node.source.value)),
    ImportExpression: (node) => {
      if (node.source.type === "Literal" && typeof node.source.value === "string") {
        found.push(node.source.value);
      }
    },
  });
  return found;
}

/** The package of a module specifier: `@a/b/c` is `@a/b`, `zod/mini` is `zod`. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
