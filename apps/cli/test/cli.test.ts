import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { errorSchema, resultSchemas } from "@orch/api/schemas";
import { tempFolder } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { startDaemonStandIn } from "./daemon-stand-in.ts";
import { orch } from "./orch-process.ts";

describe("without a daemon", () => {
  test.each([
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [["--help"], 0, /orch run "Add a --quiet flag"/, /^$/],
    [["task", "add", "--help"], 0, /Usage:\n {2}orch task add <title\.\.\.> \[flags\]/, /^$/],
    [["completions", "fish"], 0, /complete -c orch/, /^$/],
    [["task", "lsit"], 2, /^$/, /^error: there is no command "task lsit"\nhint: Did you mean: orch task list\?/],
    [["task", "list"], 1, /^$/, /^error: no daemon is running\nhint: start it with: orch serve\n$/],
    [["log", "x"], 2, /^$/, /<lines> can't be/],
    [["log"], 0, /No log files found/, /^$/],
    [["run"], 2, /^$/, /<what> is missing/],
    [["version"], 0, /daemon not running/, /^$/],
  ])("orch %j exits with %i", async (...[args, code, out, err]) => {
    const folder = await tempFolder();
    const run = await orch(args, { home: join(folder, "home"), folder });
    expect(run).toEqual({ code, out: expect.stringMatching(out) as string, err: expect.stringMatching(err) as string });
  });

  test("an error under --json is one document on standard error, and nothing else", async () => {
    const folder = await tempFolder();
    const run = await orch(["task", "list", "--json"], { home: join(folder, "home"), folder });
    expect([run.code, run.out]).toEqual([1, ""]);
    expect(errorSchema.parse(JSON.parse(run.err)).error).toEqual({
      code: "daemon_absent",
      message: "no daemon is running",
      hint: "start it with: orch serve",
    });
  });

  test("doctor looks at the machine", async () => {
    const folder = await tempFolder();
    const run = await orch(["doctor", "--json"], { home: join(folder, "home"), folder });
    const { checks } = resultSchemas.doctor.parse(JSON.parse(run.out));
    const names = ["node", "git", "home", "tmux", "config", "sandbox", "processes", "srt", "bwrap", "daemon", "codex"];
    expect(checks.map(({ name }) => name)).toEqual(names);
    expect(checks.find(({ name }) => name === "home")?.state).toBe("ok");
  });

  test("doctor says what is wrong in the configuration, and which of its agents are there", async () => {
    const home = await tempFolder();
    const write = (text: string): Promise<void> => writeFile(join(home, "config.yml"), text);
    await write(
      "sandbox: { mode: none }\nagents:\n  a: { driver: command, command: [node] }\n  b: { driver: command, command: [no-such-program] }\n",
    );
    const good = await orch(["doctor"], { home, folder: home });
    expect(good.out).toMatch(/✓ config .*config\.yml\n[^]*✓ a +installed\n! b +no-such-program was not found\n/);
    await write("engine: { max_paralel: 2, nothing: 1 }\n");
    const broken = await orch(["doctor"], { home, folder: home });
    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(/✗ config +2 problems in the configuration:\n {11}.*did you mean max_parallel\?\n {11}/);
  });

  test("the end of the log is shown, without what a terminal would obey", async () => {
    const home = await tempFolder();
    await mkdir(join(home, "logs"));
    await writeFile(join(home, "logs", "orch.log"), "one\ntwo\n\u001B]0;title\u0007three\n");
    const run = await orch(["log", "2"], { home, folder: home });
    expect(run.out).toBe(`=== ${join(home, "logs", "orch.log")} ===\ntwo\nthree\n`);
  });
});

describe("with a daemon", () => {
  test("orch init writes what it finds, registers the project, and never writes over a file", async () => {
    const { home, repository: folder } = await startDaemonStandIn();
    await writeFile(join(folder, "package.json"), '{"scripts":{"test":"node --test","lint":"x"}}');
    const first = await orch(["init", "--json"], { home, folder });
    expect(resultSchemas.init.parse(JSON.parse(first.out))).toMatchObject({
      project: "local/site",
      created: true,
      checks: [
        { name: "test", run: ["npm", "run", "test"] },
        { name: "lint", run: ["npm", "run", "lint"] },
      ],
    });
    const written = await readFile(join(folder, ".orch.yml"), "utf8");
    expect(written).toContain('  - { name: "test", run: ["npm","run","test"] }\n');
    await writeFile(join(folder, ".orch.yml"), "# mine\n");
    const second = await orch(["init"], { home, folder });
    expect([second.code, second.out]).toEqual([0, expect.stringContaining("Kept")]);
    expect(await readFile(join(folder, ".orch.yml"), "utf8")).toBe("# mine\n");
    expect((await orch(["init"], { home, folder: home })).code).toBe(2);
  });

  test("orch run does the whole job and says what to type next", async () => {
    const { home, repository: folder } = await startDaemonStandIn();
    const run = await orch(["run", "Fix the parser", "--check", "npm test"], { home, folder });
    expect(run.err).toBe("");
    expect(run.code).toBe(0);
    const lines = run.out.split("\n");
    for (const line of [
      "I look at the parser.",
      "$ npm test",
      "  ✗ exit 1 1.2 s",
      "    1 failing",
      "± src/parser.js",
      "int-1 in_review: Fix the parser",
      "branch   orch/int-1",
      "  src/parser.js  +3 -1",
      "  1 file changed, 3 added, 1 deleted",
      "  ✓ test 1.5 s",
      "tokens: 100 in (40 cached), 20 out, $0.0123",
      "  orch task diff int-1",
      "  orch task merge int-1",
    ]) {
      expect(lines).toContain(line);
    }
    expect(run.out).not.toContain("\u001B");

    const diff = await orch(["task", "diff", "int-1"], { home, folder });
    expect(diff.out).toContain("-old\n+new");
    expect(diff.out).not.toContain("\u001B");
    expect((await orch(["task", "merge", "int-1"], { home, folder })).out).toBe("int-1 is done\n");
    const list = await orch(["task", "list"], { home, folder });
    expect(list.out).toBe("ID     STATUS  AGENT  TITLE\nint-1  done    -      Fix the parser\n");
  });

  test("orch run --json ends with one documented document", async () => {
    const { home, repository: folder } = await startDaemonStandIn();
    const run = await orch(["run", "Fix it\nwith care", "--json", "-b", "-"], { home, folder, input: "more" });
    const result = resultSchemas.run.parse(JSON.parse(run.out));
    expect(result.task).toMatchObject({
      title: "Fix it",
      body: "Fix it\nwith care\n\nmore",
      source: "run",
      status: "in_review",
    });
    expect(result).toMatchObject({ branch: "orch/int-1", commit: "a".repeat(40), usage: { inputTokens: 100 } });
    expect(result.receipts).toHaveLength(1);
  });

  test("a task that needs a person exits with 4", async () => {
    const { home, repository: folder } = await startDaemonStandIn();
    const run = await orch(["run", "A broken wish"], { home, folder });
    expect(run.code).toBe(4);
    expect(run.out).toContain("no_changes: nothing changed");
    expect(run.out).toContain("orch task retry int-1");
  });

  test("Ctrl-C stops cleanly, and the task goes on with --resume", async () => {
    const { home, repository: folder } = await startDaemonStandIn();
    let sent = false;
    const stopped = await orch(["run", "A slow wish"], {
      home,
      folder,
      onOutput(out, kill) {
        if (sent || !out.includes("running")) return;
        sent = true;
        kill("SIGINT");
      },
    });
    expect([stopped.code, stopped.err]).toEqual([1, "\nStopping cleanly; Ctrl-C again kills.\n"]);
    expect(stopped.out).toContain("orch run --resume int-1");
    const resumed = await orch(["run", "--resume"], { home, folder });
    expect([resumed.code, resumed.err]).toEqual([0, ""]);
    expect(resumed.out).toContain("int-1 in_review");
    expect((await orch(["run", "--resume"], { home, folder })).code).toBe(3);
  });

  test.each([
    [["task", "get", "int-9"], 3, "task_unknown"],
    [["task", "get", "../x"], 2, "invalid_id"],
    [["task", "add", "x", "--agent", "nobody"], 2, "agent_unknown"],
    [["task", "add", "x", "--check", "a | b"], 2, "usage"],
    [["task", "add", "x", "--after", "int-7"], 3, "task_unknown"],
    [["task", "list", "--project", "no/such"], 3, "project_unknown"],
    [["task", "send", "int-9", "; rm -rf /"], 3, "task_unknown"],
    [["config", "no.such.key"], 2, "usage"],
  ])("orch %j exits with %i and says %s", async (args, code, errorCode) => {
    const { home, repository: folder } = await startDaemonStandIn();
    await orch(["project", "add"], { home, folder });
    const run = await orch([...args, "--json"], { home, folder });
    expect([run.code, run.out]).toEqual([code, ""]);
    expect(errorSchema.parse(JSON.parse(run.err)).error.code).toBe(errorCode);
  });

  test("hostile and long words arrive as they are, and print as one line", async () => {
    const { home, repository: folder } = await startDaemonStandIn();
    await orch(["project", "add"], { home, folder });
    const title = 'émoji 👩‍👩‍👧 "; rm -rf / #$(id) \u001B[31mred';
    const body = "ü".repeat(100_000);
    const added = await orch(["task", "add", title, "-b", "-", "--json"], { home, folder, input: body });
    expect(resultSchemas["task add"].parse(JSON.parse(added.out)).task).toMatchObject({ title, body });
    const list = await orch(["task", "list"], { home, folder });
    expect(list.out.trimEnd().split("\n")).toHaveLength(2);
    expect(list.out).toContain('émoji 👩‍👩‍👧 "; rm -rf / #$(id) red');
  });
});
