import { createHash } from "node:crypto";

import type { CommitSha, ProjectSettings } from "@orch/core";

import type { Bare } from "../bare.ts";
import { matchesGlob } from "../glob.ts";
import type { WarmRecord } from "./records.ts";

/** More paths than this are not told apart: the clone is made anew. */
const MOST_PATHS = 5_000;

/** What package managers are told by, beside lockfiles and the gate's scripts: a set-up may depend on all of it. */
const MANIFESTS = [
  "package.json",
  "composer.json",
  "deno.json",
  "pyproject.toml",
  "requirements*.txt",
  "setup.cfg",
  "Pipfile",
  "Cargo.toml",
  "go.mod",
  "go.work",
  "Gemfile",
  "*.gemspec",
  "mix.exs",
  "pubspec.yaml",
  "Podfile",
  "Package.swift",
  "pom.xml",
  "*.gradle",
  "*.gradle.kts",
  "*.csproj",
  "global.json",
  "flake.nix",
  ".tool-versions",
  "mise.toml",
  ".nvmrc",
  ".node-version",
  ".python-version",
  ".ruby-version",
  "rust-toolchain",
  "rust-toolchain.toml",
  ".orch.yml",
  ".orchestrator.yml",
];

/** What a clone's set-up is made by, as one word; the same for all projects whose set-up does not run in advance. */
export function setUpOf({ hooks, environment, sandbox, commandNetwork }: ProjectSettings): string {
  if (hooks.afterCreate === undefined || hooks.inAdvance === undefined) return "none";
  const { run, timeoutMs } = hooks.afterCreate;
  const { variables, projectVariables } = environment ?? {};
  const facts = { run, timeoutMs, inAdvance: hooks.inAdvance, variables, projectVariables, sandbox, commandNetwork };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

/** True when a set-up at one commit is as good as one at another. */
export async function fitsAt(
  bare: Bare,
  input: { readonly project: ProjectSettings; readonly record: WarmRecord; readonly commit: CommitSha },
): Promise<boolean> {
  const { project, record, commit } = input;
  const setUp = setUpOf(project);
  if (record.setUp !== setUp || (await bare.commitOf(record.commit)) === undefined) return false;
  if (setUp === "none" || record.commit === commit) return true;
  const diff = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", record.commit, commit];
  const paths = (await bare.text(diff)).split("\0").filter((path) => path !== "");
  const inputs = inputsOf(project);
  return paths.length <= MOST_PATHS && !paths.some((path) => inputs.some((one) => matchesGlob(path, one)));
}

/** Patterns of what a set-up depends on. A word of its command may be the name of a file. */
function inputsOf({ hooks, gate }: ProjectSettings): readonly string[] {
  const words = hooks.afterCreate?.run ?? [];
  return [...words, ...(hooks.inAdvance ?? []), ...(gate.lockfiles ?? []), ...(gate.scripts ?? []), ...MANIFESTS];
}
