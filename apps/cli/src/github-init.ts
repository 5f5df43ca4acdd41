import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { orchError, parseProjectId, type ProjectId } from "@orch/core";

import { isThere } from "./repository-root.ts";

const run = promisify(execFile);
const GIT_LIMIT_MS = 10_000;
const FORM = ".github/ISSUE_TEMPLATE/orch.yml";
const REMOTE = /^(?:https?:\/\/(?:[^@/]*@)?|ssh:\/\/(?:[^@/]*@)?|(?:[^@/:]+@)?)[^/:]+[/:](.+?)(?:\.git)?\/?$/;

/** The repository on GitHub that a folder's remote names, or that is said. @throws `usage` when there is none */
export async function githubRepository(root: string, said: string | undefined): Promise<ProjectId> {
  const written = said ?? REMOTE.exec(await remoteOf(root))?.[1];
  const parsed = written === undefined ? undefined : parseProjectId(written);
  if (parsed?.ok === true) return parsed.value;
  throw orchError("usage", "this repository has no remote on GitHub", {
    hint: "Say which one it is: orch init --github --repo owner/name",
  });
}

async function remoteOf(root: string): Promise<string> {
  try {
    const args = ["-C", root, "config", "--get", "remote.origin.url"];
    const { stdout } = await run("git", args, { timeout: GIT_LIMIT_MS });
    return stdout.trim();
  } catch {
    return "";
  }
}

/** The lines of `.orch.yml` that turn GitHub on. */
export function githubLines(repository: ProjectId): readonly string[] {
  return [
    "# Issues with the label `orchestrate` become tasks, and results become pull requests.",
    "# The daemon needs a token: GH_TOKEN, GITHUB_TOKEN, or gh auth login.",
    `gh: { repo: ${JSON.stringify(repository)}, enabled: true }`,
  ];
}

/** Writes the issue form, never over one that is there; gives its path when it was written. */
export async function writeIssueForm(root: string): Promise<string | undefined> {
  const path = join(root, FORM);
  if (await isThere(path)) return undefined;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, ISSUE_FORM, { flag: "wx" });
  return path;
}

/** Its answers become the headings that orch reads as a charter. */
const ISSUE_FORM = `name: Work for orch
description: A task for a coding agent.
labels: [orchestrate]
body:
  - type: textarea
    id: goal
    attributes:
      label: Goal
      description: What should be different afterwards, and why?
    validations:
      required: true
  - type: textarea
    id: acceptance
    attributes:
      label: Acceptance
      description: How can one see that it is done? One point per line.
      placeholder: |
        - [ ] …
  - type: textarea
    id: scope
    attributes:
      label: Scope
      description: What belongs to it, and what does not?
  - type: textarea
    id: validation
    attributes:
      label: Validation
      description: Which commands prove it?
`;
