import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { orchError, parseProjectId, type ProjectId } from "@orch/core";

import { isThere } from "./repository-root.ts";

const run = promisify(execFile);
const GIT_LIMIT_MS = 10_000;
const FORM = ".github/ISSUE_TEMPLATE/orch.yml";
const GATE = ".github/workflows/orch-gate.yml";
const REMOTE = /^(?:https?:\/\/(?:[^@/]*@)?|ssh:\/\/(?:[^@/]*@)?|(?:[^@/:]+@)?)[^/:]+[/:](.+?)(?:\.git)?\/?$/;

const ON_GITHUB = /^(?:https?:\/\/(?:[^@/]*@)?|ssh:\/\/(?:[^@/]*@)?|(?:[^@/:]+@)?)(?:ssh\.)?github\.com[/:]/i;

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

/** The repository on github.com that a folder's remote names; undefined: it names another place, or there is none. */
export async function remoteOnGithub(root: string): Promise<ProjectId | undefined> {
  const remote = await remoteOf(root);
  const path = ON_GITHUB.test(remote) ? REMOTE.exec(remote)?.[1] : undefined;
  const parsed = path === undefined ? undefined : parseProjectId(path);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** Writes the issue form, never over one that is there; gives its path when it was written. */
export function writeIssueForm(root: string): Promise<string | undefined> {
  return writeOnce(join(root, FORM), ISSUE_FORM);
}

/** Writes the workflow that holds pull requests to the definition of done, never over one that is there. */
export function writeGate(root: string): Promise<string | undefined> {
  return writeOnce(join(root, GATE), GATE_WORKFLOW);
}

async function writeOnce(path: string, text: string): Promise<string | undefined> {
  if (await isThere(path)) return undefined;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: "wx" });
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

/**
 * What is checked is a line of the pull request's text that orch writes about exactly one commit. No line about the head
 * is no pass: somebody pushed, or orch has not spoken yet. Texts reach the script as variables alone.
 */
const GATE_WORKFLOW = `name: orch gate
on:
  pull_request:
    types: [opened, reopened, synchronize, edited, ready_for_review]
permissions: {}
jobs:
  definition-of-done:
    name: Definition of done
    # What orch offers, from this repository itself; what people offer is none of its business.
    if: >-
      github.event.pull_request.head.repo.full_name == github.repository &&
      contains(github.event.pull_request.body, 'Made by orch: task ')
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - name: What orch says of this commit
        env:
          BODY: \${{ github.event.pull_request.body }}
          HEAD: \${{ github.event.pull_request.head.sha }}
        run: |
          verdict="$(printf '%s\\n' "$BODY" | tr -d '\\r' | sed -n "s/^<!-- orch-gate: $HEAD \\([a-z_,]*\\) -->$/\\1/p" | tail -n 1)"
          case "$verdict" in
            pass) echo "Done by the definition." ;;
            "") echo "::error::orch has said nothing about $HEAD."; exit 1 ;;
            *) echo "::error::Not done: $verdict"; exit 1 ;;
          esac
`;
