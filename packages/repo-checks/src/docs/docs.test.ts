import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { findRoot } from "../find-root.ts";
import { generateDocs } from "./generate-docs.ts";
import { withSection } from "./generated-section.ts";
import { markdownTable } from "./markdown-table.ts";
import { readUnion } from "./read-union.ts";

const root = findRoot(import.meta.dirname);
const docs = generateDocs(root);

test.each([...docs])("%s is what the sources say (pnpm run docs)", (path, text) => {
  expect(readFileSync(join(root, path), "utf8")).toBe(text);
});

test("every event and effect has a meaning", () => {
  const rows = (docs.get("docs/events.md") ?? "").split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
});

test("a union is read with its fields and doc comments", () => {
  const text = [
    "export type Bell = { readonly at: number } & (",
    "  /** It",
    "   * rang. */",
    '  | { readonly kind: "rung"; readonly by?: string }',
    '  | { readonly kind: "cracked" }',
    ");",
  ].join("\n");
  expect(readUnion({ path: "bell.ts", text }, "Bell")).toEqual([
    { name: "rung", fields: ["by?"], doc: "It rang." },
    { name: "cracked", fields: [], doc: "" },
  ]);
  expect(() => readUnion({ path: "bell.ts", text }, "Gong")).toThrow("no type Gong");
});

test("a section is replaced between its marks, and only there", () => {
  const document = "a\n\n<!-- begin generated: x -->\n\nold\n\n<!-- end generated -->\n\nb\n";
  const changed = document.replace("old", "new");
  expect(withSection(document, { name: "x", text: "new" })).toBe(changed);
  expect(() => withSection(document, { name: "y", text: "new" })).toThrow('no section "y"');
});

test("cells are padded and bars escaped", () => {
  expect(markdownTable(["a"], [["x|y"], ["z"]])).toBe("| a    |\n| ---- |\n| x\\|y |\n| z    |");
});
