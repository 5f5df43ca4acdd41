import { spawnSync } from "node:child_process";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { connect, type Client } from "@orch/api";
import { homePaths } from "@orch/config";
import { isOrchError, systemClock, type StoredEvent, type Task } from "@orch/core";
import { checkSandboxes } from "@orch/sessions";
import { openStore } from "@orch/store";
import { gitRepository, repositoryAt, tempFolder, waitFor, type TestRepository } from "@orch/testing";

import { processesOf } from "./census.ts";
import { startDaemon, type DaemonProcess } from "./daemon-process.ts";
import { readHistory, type History } from "./history.ts";

const FIXTURES = join(import.meta.dirname, "..", "fixtures");
const SETTLE_MS = 100_000;
const LINES = "line 1\nline 2\nline 3\nline 4\n";

/** A home with a project, ten tasks and a daemon that can be killed. */
export interface World extends AsyncDisposable {
  readonly home: string;
  readonly repository: TestRepository;
  readonly daemon: DaemonProcess;
  /** Starts the next daemon at once. */
  restart(): DaemonProcess;
  /** True when no task is open any more. */
  settled(): Promise<boolean>;
  /** Waits until all tasks have ended and their clones are gone, ends the daemon, and reads what was recorded. */
  finish(): Promise<History>;
}

/** Makes a world with a first daemon and `tasks` tasks. */
export async function createWorld(tasks: number): Promise<World> {
  const home = await tempFolder("ok");
  const repository = await gitRepository({ "README.md": "# sample\n", "work/base.txt": `${LINES}end\n` });
  await copyFile(join(FIXTURES, "complete-check.mjs"), join(repository.path, "check.mjs"));
  await repository.commit("a check");
  await writeFile(join(home, "config.yml"), configuration(repository.path, await sandboxMode()), { mode: 0o600 });
  const client = connect({ socketPath: homePaths(home).socket });
  let daemon = startDaemon(home);
  await daemon.ready();
  for (let number = 1; number <= tasks; number += 1) {
    await client.call("task add", { folder: repository.path, title: `Write file ${number}` });
  }
  return {
    home,
    repository,
    get daemon() {
      return daemon;
    },
    restart() {
      daemon = startDaemon(home);
      return daemon;
    },
    settled: () => areSettled(client),
    async finish() {
      await waitFor("all tasks to end", () => areSettled(client), SETTLE_MS);
      await waitFor("the clones to go", () => haveGone(join(home, "worktrees")), SETTLE_MS).catch(() => undefined);
      await daemon.end("SIGTERM");
      await waitFor("all processes to go", () => processesOf(home).length === 0, 20_000).catch(() => undefined);
      await using store = await openStore({ path: homePaths(home).database, clock: systemClock });
      return await readHistory(store, home);
    },
    async [Symbol.asyncDispose]() {
      await daemon.end("SIGKILL");
      await waitFor("all processes to end", () => {
        const left = processesOf(home);
        for (const { pid } of left) kill(pid);
        return left.length === 0;
      });
    },
  };
}

/** Where no sandbox works, nothing would run without saying so. */
async function sandboxMode(): Promise<"auto" | "none"> {
  return (await checkSandboxes()).bwrap.works ? "auto" : "none";
}

function configuration(source: string, sandbox: string): string {
  const program = (name: string): string => JSON.stringify([process.execPath, name]);
  return [
    `projects: [${JSON.stringify(source)}]`,
    `sandbox: {mode: ${sandbox}}`,
    `agents: {worker: {driver: command, command: ${program(join(FIXTURES, "working-agent.mjs"))}}}`,
    `checks: [{name: complete, run: ${program("check.mjs")}}]`,
    "merge: {policy: auto}",
    // Three supervisors of one command may be hit: that is waited out before the next attempt.
    "retry: {base_seconds: 1}",
    "git: {name: Tester, email: tester@example.com}",
    "",
  ].join("\n");
}

async function areSettled(client: Client): Promise<boolean> {
  try {
    const { tasks } = await client.call("task list", { all: true });
    // Without a sandbox a person merges.
    for (const { key, status, detail } of tasks) {
      if (status === "in_review" && detail !== undefined) await client.call("task merge", { task: key });
    }
    return tasks.length > 0 && tasks.every(({ status }) => ["done", "needs_review", "cancelled"].includes(status));
  } catch (error) {
    // The daemon was killed a moment ago.
    if (isOrchError(error)) return false;
    throw error;
  }
}

async function haveGone(worktrees: string): Promise<boolean> {
  const entries = await readdir(worktrees, { recursive: true, withFileTypes: true });
  return !entries.some((entry) => entry.isFile());
}

/** Ends a process if it is still there. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** The events of one task, in order. */
export function eventsOf(history: History, task: Task): readonly StoredEvent[] {
  return history.events.filter((event) => event.id === task.id);
}

/** Runs the project's check on the head of a branch, in a clone of its own; true: it passes. */
export async function passesCheck(repository: TestRepository, input: { branch: string; id: string }): Promise<boolean> {
  const clone = repositoryAt(await tempFolder("orch-proof"));
  await clone.git("clone", "--quiet", "--branch", input.branch, repository.path, ".");
  return spawnSync(process.execPath, ["check.mjs"], { cwd: clone.path, env: { TASK_ID: input.id } }).status === 0;
}
