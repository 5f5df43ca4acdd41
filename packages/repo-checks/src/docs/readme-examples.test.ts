import { rmSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { findRoot } from "../find-root.ts";
import { readWorkspace } from "../workspace.ts";
import { checkExamples, examplesOf } from "./readme-examples.ts";

const root = findRoot(import.meta.dirname);
const { members } = readWorkspace(root);

function folderFor(name: string): string {
  const folder = join(root, ".cache", `readme-examples-${name}`);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("the examples of all READMEs compile", { timeout: 60_000 }, () => {
  const examples = examplesOf(members);
  expect(examples.length).toBeGreaterThan(10);
  expect(checkExamples(examples, { root, folder: folderFor("all"), members })).toEqual([]);
});

test("an example that does not compile is found, with its place in the README", { timeout: 60_000 }, () => {
  const readme = [
    "# @orch/core",
    "",
    "```ts",
    'import { gone, parseTaskId } from "@orch/core";',
    'parseTaskId("1");',
    "parseTaskId(2);",
    "```",
    "```sh",
    "gone",
    "```",
  ].join("\n");
  const examples = examplesOf([{ folder: "packages/core", readme }]);
  expect(examples.map(({ line }) => line)).toEqual([4]);
  const found = checkExamples(examples, { root, folder: folderFor("planted"), members });
  expect(found).toHaveLength(2);
  expect(found[0]).toMatch(/^packages\/core\/README\.md\(4,10\): error TS2305/);
  expect(found[1]).toMatch(/^packages\/core\/README\.md\(6,13\): error TS2345/);
});
