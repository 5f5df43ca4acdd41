import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { gitEnvironment } from "@orch/testing";

/** Something in a clone's `.git` that makes plain git run a program. */
export interface Poison {
  /** The configuration key, or the file. */
  readonly key: string;
  /** Lines of configuration; `%` stands for the program. */
  readonly config?: string;
  /** Files below `.git` (path to text); `%` stands for the program. */
  readonly files?: Readonly<Record<string, string>>;
  /** Links below `.git` to the program. */
  readonly links?: readonly string[];
  /** Commands with which plain git falls for it, and what they read. */
  readonly bait: readonly (readonly string[])[];
  readonly input?: string;
}

const ATTRIBUTES = { "info/attributes": "* filter=x diff=x merge=x\n" };
const CREDENTIAL = "protocol=https\nhost=example.org\n\n";
const EVERY_HOOK =
  "applypatch-msg commit-msg fsmonitor-watchman post-checkout post-commit post-index-change post-merge post-receive post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase pre-receive prepare-commit-msg proc-receive push-to-checkout reference-transaction sendemail-validate update".split(
    " ",
  );

/** Every one of them runs its program in plain git, which the suite proves first. */
export const POISONS: readonly Poison[] = [
  { key: "core.fsmonitor", config: "[core]\nfsmonitor = %", bait: [["status"]] },
  {
    key: "core.hooksPath",
    config: "[core]\nhooksPath = %.hooks",
    bait: [["commit", "--allow-empty", "-m", "x"]],
  },
  { key: "core.sshCommand", config: "[core]\nsshCommand = %", bait: [["ls-remote", "ssh://example.org/x"]] },
  { key: "core.gitProxy", config: "[core]\ngitProxy = %", bait: [["ls-remote", "git://example.org/x"]] },
  { key: "core.editor", config: "[core]\neditor = %", bait: [["commit", "--amend", "--allow-empty"]] },
  { key: "core.askPass", config: "[core]\naskPass = %", bait: [["credential", "fill"]], input: CREDENTIAL },
  { key: "core.alternateRefsCommand", config: "[core]\nalternateRefsCommand = %", bait: [["fetch", "."]] },
  {
    key: "core.attributesFile",
    config: '[core]\nattributesFile = %.attributes\n[filter "x"]\nclean = %',
    files: { "info/attributes": "" },
    bait: [["add", "--all"]],
  },
  {
    key: "sequence.editor",
    config: "[sequence]\neditor = %",
    bait: [
      ["reset", "--hard"],
      ["rebase", "-i", "HEAD~1"],
    ],
  },
  { key: "credential.helper", config: "[credential]\nhelper = %", bait: [["credential", "fill"]], input: CREDENTIAL },
  {
    key: "remote.*.url with an ext:: address",
    config: '[remote "origin"]\nurl = "ext::%"\n[protocol]\nallow = always',
    bait: [["fetch", "origin"]],
  },
  {
    key: "remote.*.uploadpack",
    config: '[remote "origin"]\nurl = .\nuploadpack = %',
    bait: [["fetch", "origin"]],
  },
  {
    key: "remote.*.receivepack",
    config: '[remote "origin"]\nurl = .\nreceivepack = %',
    bait: [["push", "origin", "HEAD:refs/heads/x"]],
  },
  {
    key: "url.*.insteadOf",
    config: '[url "ext::% "]\ninsteadOf = /\n[protocol]\nallow = always',
    bait: [["ls-remote", "/anywhere"]],
  },
  {
    key: "extensions.partialClone",
    config:
      '[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = evil\n[remote "evil"]\nurl = .\npromisor = true\nuploadpack = %',
    bait: [["cat-file", "-p", "1".repeat(40)]],
  },
  {
    key: "extensions.worktreeConfig",
    config: "[core]\nrepositoryformatversion = 1\n[extensions]\nworktreeConfig = true",
    files: { "config.worktree": "[core]\nfsmonitor = %\n" },
    bait: [["status"]],
  },
  {
    key: "include.path",
    config: "[include]\npath = evil.config",
    files: { "evil.config": "[core]\nfsmonitor = %\n" },
    bait: [["status"]],
  },
  {
    key: "includeIf.*.path",
    config: '[includeIf "gitdir:/"]\npath = evil.config',
    files: { "evil.config": "[core]\nfsmonitor = %\n" },
    bait: [["status"]],
  },
  { key: "filter.*.clean", config: '[filter "x"]\nclean = %', files: ATTRIBUTES, bait: [["add", "--all"]] },
  {
    key: "filter.*.smudge",
    config: '[filter "x"]\nsmudge = %',
    files: ATTRIBUTES,
    bait: [["reset", "--hard", "HEAD~1"]],
  },
  {
    key: "filter.*.process",
    config: '[filter "x"]\nprocess = %\nrequired = true',
    files: ATTRIBUTES,
    bait: [["add", "--all"]],
  },
  { key: "diff.external", config: "[diff]\nexternal = %", bait: [["diff", "HEAD~1"]] },
  { key: "diff.*.command", config: '[diff "x"]\ncommand = %', files: ATTRIBUTES, bait: [["diff", "HEAD~1"]] },
  { key: "diff.*.textconv", config: '[diff "x"]\ntextconv = %', files: ATTRIBUTES, bait: [["diff", "HEAD~1"]] },
  {
    key: "merge.*.driver",
    config: '[merge "x"]\ndriver = % %A',
    files: ATTRIBUTES,
    bait: [
      ["checkout", "--force", "--quiet", "-b", "other", "HEAD~3"],
      ["config", "--file", "a.txt", "other.key", "value"],
      ["commit", "--quiet", "--all", "-m", "other"],
      ["merge", "-"],
    ],
  },
  {
    key: "gpg.program",
    config: "[gpg]\nprogram = %\n[commit]\ngpgSign = true",
    bait: [["commit", "--allow-empty", "-m", "x"]],
  },
  {
    key: "gpg.ssh.program",
    config: '[gpg]\nformat = ssh\n[gpg "ssh"]\nprogram = %\n[user]\nsigningKey = /dev/null\n[commit]\ngpgSign = true',
    bait: [["commit", "--allow-empty", "-m", "x"]],
  },
  { key: "alias.*", config: "[alias]\nstat = !%", bait: [["stat"]] },
  {
    key: "trailer.*.command",
    config: '[trailer "x"]\nkey = X\ncommand = %',
    bait: [["interpret-trailers", "--trailer", "x"]],
    input: "words\n",
  },
  { key: "tar.*.command", config: '[tar "x"]\ncommand = %', bait: [["archive", "--format=x", "HEAD"]] },
  {
    key: "difftool.*.cmd",
    config: '[difftool "x"]\ncmd = %',
    bait: [["difftool", "--no-prompt", "--tool=x", "HEAD~1"]],
  },
  {
    key: "submodule.*.update",
    config: '[submodule "m"]\nurl = .\nactive = true\nupdate = !%',
    bait: [
      ["clone", "--quiet", "--bare", ".", ".git/modules/m"],
      ["config", "--file", ".gitmodules", "submodule.m.path", "m"],
      ["config", "--file", ".gitmodules", "submodule.m.url", "."],
      ["update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},m`],
      ["clone", "--quiet", ".", "m"],
      ["submodule", "update", "--no-fetch"],
    ],
  },
  {
    key: "hooks",
    links: EVERY_HOOK.map((hook) => `hooks/${hook}`),
    bait: [["commit", "--allow-empty", "-m", "x"]],
  },
];

/** A program that leaves `marker` behind when anything runs it, with hooks and attributes beside it. */
export async function plantTrap(folder: string): Promise<{ readonly program: string; readonly marker: string }> {
  const [program, marker] = [join(folder, "trap"), join(folder, "marker")];
  await writeFile(program, `#!/bin/sh\necho "$0 $*" >> '${marker}'\n`);
  await chmod(program, 0o755);
  await writeFile(`${program}.attributes`, ATTRIBUTES["info/attributes"]);
  await mkdir(`${program}.hooks`);
  for (const hook of EVERY_HOOK) await symlink(program, join(`${program}.hooks`, hook));
  return { program, marker };
}

/** Puts a poison into a clone, beside what its configuration says already. */
export async function poisonClone(clone: string, poison: Poison, program: string): Promise<void> {
  const git = join(clone, ".git");
  const filled = (text: string): string => text.replaceAll("%", program).replaceAll(`${program}A`, "%A");
  const before = await readFile(join(git, "config"), "utf8");
  if (poison.config !== undefined) await writeFile(join(git, "config"), `${before}${filled(poison.config)}\n`);
  for (const [path, text] of Object.entries(poison.files ?? {})) await writeFile(join(git, path), filled(text));
  for (const path of poison.links ?? []) {
    await mkdir(join(git, path, ".."), { recursive: true });
    await rm(join(git, path), { force: true });
    await symlink(program, join(git, path));
  }
}

/** Does with plain git what a daemon without care would do. */
export function takeBait(clone: string, { bait, input = "" }: Poison): void {
  for (const args of bait) spawnSync("git", args, { cwd: clone, env: gitEnvironment(), input, timeout: 10_000 });
}
