import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { CommandResults } from "@orch/api";
import { orchError } from "@orch/core";

import { placeOf, type Context, type LocalVerb } from "../context.ts";
import { ensureDaemon } from "../daemon-process.ts";
import { detectChecks, type DetectedCheck } from "../detect-checks.ts";
import { githubLines, githubRepository, remoteOnGithub, writeGate, writeIssueForm } from "../github-init.ts";
import { isThere, repositoryRoot } from "../repository-root.ts";

const NAMES = [".orch.yml", ".orchestrator.yml"] as const;

/** Writes a repository's `.orch.yml`, never over one that is there, and registers the project. */
export const init: LocalVerb<"init"> = async (
  context,
  { repo, webhook, gate = false, github = gate || webhook !== undefined },
) => {
  const { project: said, folder = context.host.folder } = placeOf(context);
  const root = await rootOf(said ?? folder);
  const repository = github ? await githubRepository(root, repo) : undefined;
  const existing = await firstExisting(NAMES.map((name) => join(root, name)));
  const checks = existing === undefined ? await detectChecks(root) : [];
  const config = existing ?? join(root, NAMES[0]);
  const lines = repository === undefined ? [] : githubLines(repository);
  if (existing === undefined) await writeFile(config, configText(checks, lines), { flag: "wx" }).catch(unwritable);
  const more =
    repository === undefined ? await whereItIs(root) : await onGithub(root, { repository, existing, lines, gate });
  await ensureDaemon(context);
  const request = { path: root, ...(repo === undefined ? {} : { repo }) };
  const { project } = await context.client.call("project add", request);
  const hook = webhook === undefined ? {} : { webhook: await addHook(context, { root, url: webhook }) };
  return { data: { ...hook, project: project.id, config, created: existing === undefined, checks, ...more } };
};

/** A repository on GitHub that is not used as such may be. */
async function whereItIs(root: string): Promise<Pick<CommandResults["init"], "remote">> {
  const remote = await remoteOnGithub(root);
  return remote === undefined ? {} : { remote };
}

function addHook(
  { client }: Context,
  { root, url }: { readonly root: string; readonly url: string },
): Promise<CommandResults["webhook add"]> {
  return client.call("webhook add", { url, folder: root });
}

/** The issue form, the gate where it is wanted, and what a file that is there already lacks. */
async function onGithub(
  root: string,
  set: {
    readonly repository: string;
    readonly existing: string | undefined;
    readonly lines: readonly string[];
    readonly gate: boolean;
  },
): Promise<Pick<CommandResults["init"], "github" | "form" | "gate" | "missing">> {
  const form = await writeIssueForm(root);
  const gate = set.gate ? await writeGate(root) : undefined;
  const missing = set.existing === undefined ? [] : await lacking(set.existing, set.lines);
  return {
    github: set.repository,
    ...(form === undefined ? {} : { form }),
    ...(gate === undefined ? {} : { gate }),
    ...(missing.length === 0 ? {} : { missing: [...missing] }),
  };
}

/** What a file that is not orch's to change would have to say. */
async function lacking(config: string, lines: readonly string[]): Promise<readonly string[]> {
  return /^gh:/m.test(await readFile(config, "utf8")) ? [] : lines.filter((line) => !line.startsWith("#"));
}

function configText(checks: readonly DetectedCheck[], more: readonly string[]): string {
  const lines = [
    "# How orch works in this repository. All keys: docs/config.md of orch.",
    ...more,
    "# Checks are run by orch itself on every result; it passes only when all of them succeed.",
  ];
  if (checks.length === 0) return [...lines, "checks: []", '#  - { name: test, run: ["make", "test"] }', ""].join("\n");
  const items = checks.map(({ name, run }) => `  - { name: ${JSON.stringify(name)}, run: ${JSON.stringify(run)} }`);
  return [...lines, "checks:", ...items, ""].join("\n");
}

function unwritable(cause: unknown): never {
  throw orchError("config_unreadable", ".orch.yml can't be written", {
    hint: "Make the repository's folder writable.",
    cause,
  });
}

async function rootOf(folder: string): Promise<string> {
  const root = await repositoryRoot(folder);
  if (root !== undefined) return root;
  throw orchError("not_a_repository", `${folder} is not inside a git repository`, {
    hint: "Make one with: git init, and commit something.",
  });
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
}
