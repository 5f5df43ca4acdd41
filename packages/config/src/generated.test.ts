import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { configDocs, schemaText } from "./config-docs.ts";
import { configJsonSchema, knownKeys } from "./known-keys.ts";

const root = join(import.meta.dirname, "..");

test("schema.json is the schema", async () => {
  expect(await readFile(join(root, "schema.json"), "utf8")).toBe(schemaText());
  expect(JSON.parse(schemaText())).toEqual(configJsonSchema());
});

test("docs/config.md is what the schema says", async () => {
  expect(await readFile(join(root, "..", "..", "docs", "config.md"), "utf8")).toBe(configDocs());
});

test("every key has a meaning", () => {
  const keys = knownKeys();
  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter(({ description }) => description === "")).toEqual([]);
});
