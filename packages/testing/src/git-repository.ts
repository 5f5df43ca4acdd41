import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);

/** A real git repository in a folder of its own. */
export interface TestRepository {
  readonly path: string;
  /** Runs git there and gives its trimmed standard output; rejects when git fails. */
  git(...args: string[]): Promise<string>;
  /** Writes files (path to text). */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes files, commits everything, and gives the commit's name. */
  commit(message: string, files?: Readonly<Record<string, string>>): Promise<string>;
}

/** Makes a repository with branch `main`, an identity, and one commit of `files` (none: no commit). Removed after the test. */
export async function gitRepository(
  files: Readonly<Record<string, string>> | null = { "README.md": "# sample\n" },
): Promise<TestRepository> {
  const path = await tempFolder("orch-repository");
  const repository = repositoryAt(path);
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("config", "user.name", "Tester");
  await repository.git("config", "user.email", "tester@example.com");
  if (files !== null) await repository.commit("first", files);
  return repository;
}

/** The same vocabulary for a repository that exists already. */
export function repositoryAt(path: string): TestRepository {
  async function git(...args: string[]): Promise<string> {
    const { stdout } = await run("git", ["-C", path, ...args], { maxBuffer: 64 * 1024 * 1024, env: gitEnvironment() });
    return stdout.trimEnd();
  }
  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text);
    }
  }
  async function commit(message: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
    await write(files);
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  }
  return { path, git, write, commit };
}

/** An environment in which git reads no configuration of the machine or the person. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
}
