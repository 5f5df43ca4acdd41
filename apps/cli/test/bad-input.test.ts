import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { gitEnvironment, programWorks, waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { fixtureAgent, MAIN, openOrchBench, type OrchBench } from "./orch-bench.ts";

const run = promisify(execFile);

const LONG_MS = 90_000;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const mayMount = programWorks("unshare", ["--mount", "true"]);
const config = { agents: { writer: fixtureAgent("writes") }, workflow: { max_attempts: 1 } };

/** A folder with these programs and no other, to be the whole PATH. */
async function pathWith(bench: OrchBench, programs: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const folder = join(bench.root, "path");
  await mkdir(folder);
  for (const [name, target] of Object.entries(programs)) await symlink(target, join(folder, name));
  return { PATH: folder };
}

describe.concurrent("a configuration that can't be used", () => {
  test.each([
    ["broken YAML", "agents: {writer: [", "config_invalid", /config\.yml/],
    ["an unknown key", "workflow: {max_atempts: 3}", "config_invalid", /max_attempts/],
    ["a wrong type", "engine: {max_parallel: many}", "config_invalid", /max_parallel/],
  ])("%s is told before anything starts", { timeout: LONG_MS }, async (...[, text, code, words]) => {
    await using bench = await openOrchBench({});
    await writeFile(join(bench.home, "config.yml"), text);
    const failure = await bench.failure(["run", "Add file one"]);
    expect(failure).toMatchObject({ exit: 2, code });
    expect(`${failure.message} ${failure.hint}`).toMatch(words);
    expect(await readFile(join(bench.home, "config.yml"), "utf8")).toBe(text);
    const served = await bench.orch(["serve"]);
    expect([served.code, served.out]).toEqual([2, ""]);
    expect(served.err).toMatch(words);
  });

  test("keys that others may read are refused, and doctor --fix hides them", { timeout: LONG_MS }, async () => {
    const writer = { ...fixtureAgent("writes"), env: { MY_TOKEN: "t-0123456789" } };
    await using bench = await openOrchBench({ config: { ...config, agents: { writer } } });
    const path = join(bench.home, "config.yml");
    await chmod(path, 0o644);
    const failure = await bench.failure(["run", "Add file one"]);
    expect(failure).toMatchObject({ exit: 2, code: "config_exposed" });
    expect(failure.message).toContain("agents.writer.env.MY_TOKEN");
    expect(JSON.stringify(failure)).not.toContain("t-0123456789");
    const env = await pathWith(bench, {});
    const doctor = await bench.orch(["doctor", "--fix"], { env });
    expect(doctor.out).toContain(`${path} is yours alone now`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("one that breaks while the daemon runs changes nothing", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.serve();
    await bench.orch(["init"]);
    const before = await bench.result("config", ["workflow.max_attempts"]);
    expect(before).toEqual({ key: "workflow.max_attempts", value: 1 });
    await writeFile(join(bench.home, "config.yml"), "agents: {writer: [");
    await bench.result("task add", ["Add file one"]);
    await bench.reaches("int-1", "in_review");
    expect(await bench.result("config", ["workflow.max_attempts"])).toEqual(before);
    await bench.repository.write({ ".orch.yml": "checks: 7" });
    expect((await bench.result("task list")).tasks).toHaveLength(1);
  });

  test("a project's own file, and an agent that nobody knows", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.repository.write({ ".orch.yml": "chekcs: []" });
    const failure = await bench.failure(["run", "Add file one"]);
    expect(failure).toMatchObject({ exit: 2, code: "config_invalid" });
    expect(`${failure.message} ${failure.hint}`).toContain("checks");
    await bench.repository.write({ ".orch.yml": "checks: []" });
    expect(await bench.failure(["run", "Add file one", "--agent", "nobody"])).toMatchObject({
      exit: 2,
      code: "agent_unknown",
      hint: expect.stringContaining("writer") as string,
    });
    expect((await bench.result("task list")).tasks).toEqual([]);
  });
});

describe.concurrent("a repository", () => {
  test("that is dirty stays as it is, and is merged into when it is clean", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config, files: { "one.txt": "zero\n" } });
    const { repository } = bench;
    await repository.write({ "one.txt": "mine\n", "new.txt": "untracked\n" });
    expect((await bench.result("run", ["Add file one"])).task.status).toBe("in_review");
    const merge = await bench.orch(["task", "merge", "int-1", "--json"]);
    expect([merge.code, merge.out]).toEqual([4, expect.stringContaining("merge_refused")]);
    expect(await readFile(join(repository.path, "one.txt"), "utf8")).toBe("mine\n");
    await repository.git("stash", "--include-untracked");
    expect((await bench.orch(["task", "merge", "int-1"])).code).toBe(0);
    expect(await readFile(join(repository.path, "one.txt"), "utf8")).toBe("one\n");
    expect(await repository.git("show", "stash@{0}:one.txt")).toBe("mine");
  });

  test("without commits, and a folder without a repository", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config, files: null });
    const folder = join(bench.root, "person");
    // Before any daemon has run: a mistake is told as one, and not as a missing daemon.
    for (const verb of [
      ["task", "add", "x"],
      ["task", "get", "int-1"],
    ]) {
      expect(await bench.failure(verb, { folder })).toMatchObject({ exit: 2, code: "not_a_repository" });
    }
    for (const verb of [["run", "Add file one"], ["init"], ["project", "add", "--json"]]) {
      expect(await bench.failure(verb)).toMatchObject({ exit: 2, code: "repository_empty" });
      const nowhere = await bench.failure(verb, { folder });
      expect(nowhere).toMatchObject({ exit: 2, code: "not_a_repository" });
      expect(nowhere.hint).toContain("git");
    }
    await bench.orch(["stop"]);
    await waitFor("the daemon to end", async () => (await bench.processes()).length === 0);
    await bench.serve();
    expect(await bench.failure(["task", "add", "x"], { folder })).toMatchObject({ exit: 2, code: "not_a_repository" });
    expect((await bench.result("task list")).tasks).toEqual([]);
  });
});

describe.concurrent("a machine", () => {
  test("without git", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const env = await pathWith(bench, {});
    const failure = await bench.failure(["run", "Add file one"], { env });
    expect(failure).toMatchObject({ exit: 1, code: "tool_missing", hint: expect.stringContaining("git") as string });
    const doctor = await bench.orch(["doctor"], { env });
    expect([doctor.code, doctor.out.includes("git")]).toEqual([1, true]);
  });

  test("without tmux runs its sessions as plain processes", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({
      // Its path holds no sandbox either.
      config: { ...config, sandbox: { mode: "none" }, agents: { ...config.agents, slow: fixtureAgent("slow") } },
    });
    const { stdout } = await run("which", ["git"]);
    const env = await pathWith(bench, { git: stdout.trim() });
    await bench.orch(["init"], { env });
    await bench.serve({ env });
    await bench.result("task add", ["Add file one"]);
    await bench.result("task add", ["Take your time", "--agent", "slow"]);
    await bench.reaches("int-1", "in_review");
    const { sessions } = await bench.result("task live");
    expect(sessions).toMatchObject([{ host: "process" }]);
    expect((await bench.result("task attach", ["int-2"])).argv).toBeNull();
    const follow = bench.start(["task", "attach", "int-2"]);
    await follow.printed("I work slowly.");
    await bench.result("task kill", ["int-2"]);
    expect((await follow.end).code).toBe(0);
  });

  test.runIf(isRoot)("whose home can't be written", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await chmod(bench.root, 0o755);
    for (const verb of [["run", "Add file one"], ["init"]]) {
      const failure = await bench.failure(verb, {
        uid: NOBODY,
        env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
      });
      expect(failure.exit).toBe(verb[0] === "init" ? 2 : 1);
      expect(failure.code).toBe(verb[0] === "init" ? "config_unreadable" : "home_unusable");
      expect(failure.hint).toMatch(/writable/);
    }
    const served = await bench.orch(["serve"], { uid: NOBODY });
    expect([served.code, served.out]).toEqual([1, ""]);
    expect(served.err).toMatch(/can't be (?:written|made)/);
  });

  // Elsewhere the store's own tests show what a full disk does.
  test.runIf(mayMount)("whose disk is full loses nothing", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const program = join(import.meta.dirname, "fixtures", "full-disk.mjs");
    const env = { ...gitEnvironment(), HOME: join(bench.root, "person"), ORCH_HOME: bench.home };
    const options = { cwd: bench.repository.path, env };
    const { stdout } = await run("unshare", ["--mount", process.execPath, program, MAIN, bench.home], options);
    const said = JSON.parse(stdout) as Record<string, { readonly code: number; readonly document: object }>;
    expect(said["full"]).toMatchObject({ code: 1, document: { error: { code: "disk_full" } } });
    expect(said["listed"]).toMatchObject({ code: 0, document: { tasks: [{ title: "Before" }] } });
    expect(said["after"]).toMatchObject({ code: 0 });
    expect(said["end"]).toMatchObject({ document: { tasks: [{ title: "After" }, { title: "Before" }] } });
  });
});

describe.concurrent("two daemons", () => {
  test("never work in the same home, whoever comes first", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const all = [bench.start(["serve"]), bench.start(["serve"]), bench.start(["serve"])];
    const first = await Promise.race(
      all.map(async (one, index) =>
        one.printed("serves on").then(
          () => index,
          () => new Promise<never>(() => undefined),
        ),
      ),
    );
    const losers = await Promise.all(all.filter((_, index) => index !== first).map((one) => one.end));
    for (const { code, err } of losers) {
      expect(code).toBe(1);
      expect(err).toMatch(/error: a daemon .*\nhint: .*orch stop/);
    }
    expect((await bench.result("version")).daemon).not.toBeNull();
    // One that stays is used, and is not replaced.
    expect((await bench.result("run", ["Add file one"])).task.status).toBe("in_review");
    const late = await bench.orch(["serve"]);
    expect([late.code, late.err.includes("orch stop")]).toEqual([1, true]);
    expect((await bench.result("task list")).tasks).toHaveLength(1);
  });

  test("of two runs at the same instant are one", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const runs = await Promise.all(["one", "two"].map((name) => bench.result("run", [`Add file ${name}`])));
    expect(runs.map(({ task }) => task.status)).toEqual(["in_review", "in_review"]);
    expect(new Set(runs.map(({ task }) => task.id)).size).toBe(2);
  });

  test("a daemon that dies with a call is told apart from none, and the call can be repeated", async () => {
    await using bench = await openOrchBench({ config });
    const socketPath = join(bench.home, "run", "orch.sock");
    await mkdir(dirname(socketPath), { recursive: true });
    const heard: string[] = [];
    const dying = createServer((socket) => {
      socket.on("data", (data) => {
        heard.push(data.toString());
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => dying.listen(socketPath, resolve));
    const failure = await bench.failure(["task", "send", "local/site#int-1", "go on"]);
    await new Promise((resolve) => dying.close(resolve));
    expect(failure).toMatchObject({ exit: 1, code: "answer_lost" });
    const [, key = "none"] = /--idempotency-key (\S+):/.exec(failure.hint ?? "") ?? [];
    expect(heard.join("")).toContain(`"idempotencyKey":"${key}"`);
    expect(await bench.failure(["task", "send", "local/site#int-1", "go on"])).toMatchObject({ code: "daemon_absent" });
  });

  test("a socket that a killed daemon left is no hindrance", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.serve();
    await bench.orch(["init"]);
    await bench.result("task add", ["Add file one"]);
    const { daemon } = await bench.result("version");
    process.kill(daemon?.pid ?? 0, "SIGKILL");
    await waitFor(
      "the daemon to end",
      async () =>
        !(await bench.client.health().then(
          () => true,
          () => false,
        )),
    );
    expect(existsSync(join(bench.home, "run", "orch.sock"))).toBe(true);
    expect(await bench.failure(["task", "list"])).toMatchObject({
      exit: 1,
      code: "daemon_absent",
      hint: expect.stringContaining("orch serve") as string,
    });
    await bench.serve();
    await bench.reaches("int-1", "in_review");
  });
});
