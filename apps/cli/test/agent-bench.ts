import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { gitEnvironment, repositoryAt, waitFor, type ModelServer, type TestRepository } from "@orch/testing";
import { onTestFinished } from "vitest";

import { filesWith } from "./files-with.ts";
import { orch, type OrchRun } from "./orch-process.ts";
import type { RealAgent } from "./real-agents.ts";

const run = promisify(execFile);
const CHECKOUT = join(import.meta.dirname, "../../..");

/** The path of the test that comes with the task, from the root of the repository. */
export const TEST_FILE = "packages/core/test/map-ok.test.mjs";

const TEST_TEXT = `import assert from "node:assert/strict";
import { test } from "node:test";

import { err, mapOk, ok } from "../src/index.ts";

test("changes a value", () => assert.deepEqual(mapOk(ok(2), (value) => value * 3), ok(6)));
test("leaves a failure alone", () => assert.deepEqual(mapOk(err("none"), String), err("none")));
`;

/** An orch with a home of its own, a real agent on a scripted model, and a clone of this very project. */
export interface RealBench {
  readonly home: string;
  readonly repository: TestRepository;
  /** Runs the command line in the repository, as a process of its own. */
  orch(...args: readonly string[]): Promise<OrchRun>;
  /** The same, without waiting for its end. */
  start(...args: readonly string[]): RunningOrch;
  /** Runs the task's test in a fresh clone of this branch; gives the exit code. */
  testBranch(branch: string): Promise<number>;
  /** Files below the home, other than the person's own, that hold this text. */
  filesWith(text: string): Promise<readonly string[]>;
}

/** A command that runs. */
export interface RunningOrch {
  readonly end: Promise<OrchRun>;
  /** Waits until this was printed. */
  printed(text: string): Promise<unknown>;
  interrupt(): void;
}

/** Sets everything up; after the test nothing of it is left, and it fails when a process is. */
export async function openRealBench(
  models: ModelServer,
  use: { agent: RealAgent; scenario: string; sandbox: string },
): Promise<RealBench> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "orch-real-")));
  const [home, login, path] = [join(root, "home"), join(root, "login"), join(root, "project")];
  onTestFinished(async () => {
    await orch(["stop"], { home, folder: root });
    try {
      await noneLeft(root);
    } finally {
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    }
  }, 60_000);
  const repository = await cloneOfThisProject(path);
  await mkdir(home);
  await mkdir(login);
  if (use.agent.login !== undefined) await writeFile(join(login, use.agent.login.file), use.agent.login.text);
  await writeFile(join(home, "config.yml"), configuration({ ...use, login, url: models.urlOf(use.scenario) }), {
    mode: 0o600,
  });
  const start = (...args: readonly string[]): RunningOrch => startOrch(args, { home, folder: path });
  return {
    home,
    repository,
    start,
    orch: (...args) => start(...args).end,
    async testBranch(branch) {
      const copy = join(root, "copy");
      await repository.git("clone", "--quiet", "--branch", branch, path, copy);
      const test = run(process.execPath, ["--test", TEST_FILE], { cwd: copy });
      const { code } = await test.then(
        () => ({ code: 0 }),
        (error: { code: number }) => error,
      );
      await rm(copy, { recursive: true, force: true });
      return code;
    },
    filesWith: (text) => filesWith(home, text),
  };
}

/** The commit that is checked out, on a branch, and a commit with the task's test. */
async function cloneOfThisProject(path: string): Promise<TestRepository> {
  await run("git", ["clone", "--quiet", "--no-hardlinks", CHECKOUT, path], { env: gitEnvironment() });
  const repository = repositoryAt(path);
  await repository.git("checkout", "--quiet", "-B", "main");
  await repository.git("config", "user.name", "Tester");
  await repository.git("config", "user.email", "tester@example.com");
  await repository.commit("test: mapOk", { [TEST_FILE]: TEST_TEXT });
  return repository;
}

/** JSON, which is YAML. */
function configuration(use: { agent: RealAgent; url: string; login: string; sandbox: string }): string {
  const { name, program, login, config } = use.agent;
  return JSON.stringify({
    agents: {
      [name]: { command: [program ?? name], ...(login === undefined ? {} : { home: use.login }), ...config(use.url) },
    },
    checks: [{ name: "test", run: [process.execPath, "--test", TEST_FILE] }],
    sandbox: { mode: use.sandbox },
  });
}

function startOrch(args: readonly string[], place: { home: string; folder: string }): RunningOrch {
  let out = "";
  let send: ((signal: NodeJS.Signals) => void) | undefined;
  const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void): void => {
    out = text;
    send = kill;
  };
  return {
    end: orch(args, { ...place, onOutput }),
    printed: (text) => waitFor(`${text} in:\n${out}`, () => out.includes(text)),
    interrupt: () => send?.("SIGINT"),
  };
}

/** Waits until no process of this orch is left. What does not end is killed, and then it rejects. */
async function noneLeft(root: string): Promise<void> {
  let left: readonly LeftProcess[] = [];
  const gone = async (): Promise<boolean> => {
    left = await processesOf(root);
    return left.length === 0;
  };
  try {
    await waitFor("every process to end", gone);
  } catch (cause) {
    for (const { id } of left) process.kill(id, "SIGKILL");
    throw new Error(`These went on:\n${left.map(({ command }) => command).join("\n")}`, { cause });
  }
}

interface LeftProcess {
  readonly id: number;
  readonly command: string;
}

/** Processes whose command line or environment names this folder. */
async function processesOf(folder: string): Promise<readonly LeftProcess[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const files = [`/proc/${id}/cmdline`, `/proc/${id}/environ`];
      const [command = "", environment = ""] = await Promise.all(
        files.map((file) => readFile(file, "utf8").catch(() => "")),
      );
      const isOurs = command.includes(folder) || environment.includes(folder);
      return isOurs ? [{ id: Number(id), command: command.replaceAll("\0", " ") }] : [];
    }),
  );
  return found.flat();
}
