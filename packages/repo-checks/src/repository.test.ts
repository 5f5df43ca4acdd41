import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ALL_CHECKS } from "./all-checks.ts";
import { findRoot } from "./find-root.ts";
import { readWorkspace } from "./workspace.ts";

const root = findRoot(import.meta.dirname);
const workspace = readWorkspace(root);

test("the workspace has members to check", () => {
  expect(workspace.members.map((member) => member.manifest.name)).toContain("@orch/core");
});

test.each(Object.entries(ALL_CHECKS))("this repository keeps the rule on %s", (_name, check) => {
  expect(check(workspace).map(({ where, message }) => `${where}: ${message}`)).toEqual([]);
});

test("the bootstrap brings the pnpm that package.json pins", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    packageManager: string;
  };
  const toolchain = JSON.parse(readFileSync(join(root, ".ci/toolchain/package.json"), "utf8")) as {
    dependencies: { pnpm: string };
  };
  expect(manifest.packageManager).toBe(`pnpm@${toolchain.dependencies.pnpm}`);
});

test.each(["pnpm-lock.yaml", ".ci/toolchain/package-lock.json"])("%s names no registry", (lockFile) => {
  const text = readFileSync(join(root, lockFile), "utf8");
  expect(text).not.toMatch(/tarball:|"resolved":/);
});
