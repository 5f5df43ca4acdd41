import { chmod, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { PreparedClone } from "@orch/core";

import { repositoryAt } from "../git-repository.ts";

/** Every hook that git knows and the workspace could stumble over. */
export const HOOKS = [
  "pre-receive",
  "update",
  "post-receive",
  "post-update",
  "reference-transaction",
  "pre-commit",
  "commit-msg",
  "post-commit",
  "post-checkout",
  "pre-push",
  "post-merge",
  "pre-merge-commit",
  "push-to-checkout",
  "proc-receive",
  "fsmonitor-watchman",
  "post-index-change",
];

/** Does to a clone all that a hostile agent could do to its `.git`. */
export async function poison(clone: PreparedClone, program: string): Promise<void> {
  const git = join(clone.path, ".git");
  await writeFile(join(git, "config"), poisonedConfig(program));
  await writeFile(join(git, "info/attributes"), "* filter=x diff=x merge=x\n");
  await mkdir(join(git, "hooks"), { recursive: true });
  for (const hook of HOOKS) {
    await rm(join(git, "hooks", hook), { force: true });
    await symlink(program, join(git, "hooks", hook));
  }
}

function poisonedConfig(program: string): string {
  return `[core]
	repositoryformatversion = 1
	fsmonitor = ${program}
	hooksPath = ${join(program, "..")}
	sshCommand = ${program}
	pager = ${program}
	editor = ${program}
	askPass = ${program}
	gitProxy = ${program}
	alternateRefsCommand = ${program}
	attributesFile = /dev/null
[extensions]
	partialClone = evil
[remote "evil"]
	url = ext::${program}
	promisor = true
	uploadpack = ${program}
	receivepack = ${program}
	vcs = ${program}
[uploadpack]
	packObjectsHook = ${program}
[filter "x"]
	clean = ${program}
	smudge = ${program}
	process = ${program}
	required = true
[diff]
	external = ${program}
[diff "x"]
	command = ${program}
	textconv = ${program}
[merge "x"]
	driver = ${program} %A
[credential]
	helper = ${program}
[gpg]
	program = ${program}
[commit]
	gpgSign = true
[sequence]
	editor = ${program}
[interactive]
	diffFilter = ${program}
[url "ext::${program}"]
	insteadOf = /
[alias]
	fetch = !${program}
	status = !${program}
[trailer "x"]
	command = ${program}
[include]
	path = ${program}.config
`;
}

/** True when a text is in an object of some repository, or in a file, below the home. */
export async function keptSomewhere(home: string, text: string): Promise<boolean> {
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(text) && path.includes("/trash/")) return true;
    if (!entry.isDirectory() || !entry.name.endsWith(".git") || entry.name === ".git") continue;
    const git = repositoryAt(path);
    const commits = await git.git("log", "--all", "--format=%H", "-S", text);
    if (commits !== "") return true;
  }
  return false;
}

/** Makes a program that leaves `marker` behind when anything runs it. */
export async function trap(folder: string, marker: string): Promise<string> {
  const path = join(folder, "trap.sh");
  await writeFile(path, `#!/bin/sh\necho "$0 $*" >> '${marker}'\n`);
  await chmod(path, 0o755);
  return path;
}
