import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { graphqlProblems } from "@orch/testing/github";
import { expect, test } from "vitest";

import * as boards from "../src/boards/board-queries.ts";
import * as queries from "../src/client/queries.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const HOMES = [
  "packages/backends/github/src/boards/board-queries.ts",
  "packages/backends/github/src/client/queries.ts",
];
/** The beginning of an operation as GraphQL writes it. */
const OPERATION = /[`"']\s*(?:query|mutation|subscription)\b[^`"']*\{/;

const texts = Object.entries({ ...queries, ...boards }).flatMap(([name, made]): readonly [string, string][] => {
  if (typeof made === "number") return [];
  if (typeof made === "string") return [[name, made]];
  if (made === queries.pullMarksQuery) return [[name, queries.pullMarksQuery([1, 20, 300])]];
  return [[name, (made as (count: number) => string)(3)]];
});

test.each(texts)("%s is valid by GitHub's published schema", (_, text) => {
  expect(graphqlProblems(text)).toEqual([]);
});

test("what is not valid is found out", () => {
  expect(graphqlProblems("query { viewer { logn } }")).not.toEqual([]);
  expect(graphqlProblems("query {")).not.toEqual([]);
});

test("no GraphQL is written anywhere else in the product", () => {
  const sources = globSync(["packages/**/src/**/*.ts", "apps/*/src/**/*.ts"], {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "packages/testing/**", "**/*.test.ts"],
  });
  expect(sources.length).toBeGreaterThan(300);
  const writing = sources.filter((path) => OPERATION.test(readFileSync(join(ROOT, path), "utf8")));
  expect(writing.toSorted()).toEqual(HOMES);
});
