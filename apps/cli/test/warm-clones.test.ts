import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

/** A set-up that says what it knew, once it may go on. */
const INSTALL = `import { existsSync, mkdirSync, writeFileSync } from "node:fs";
const [gate] = process.argv.slice(2);
mkdirSync("node_modules", { recursive: true });
writeFileSync("node_modules/half.txt", "");
const timer = setInterval(() => {
  if (!existsSync(gate)) return;
  clearInterval(timer);
  writeFileSync("node_modules/told.txt", process.env.TASK_ID ?? "nobody");
}, 50);
`;

const AGENT = `import { readFileSync, writeFileSync } from "node:fs";
writeFileSync("told.txt", readFileSync("node_modules/told.txt"));
writeFileSync(process.env.ORCH_REPORT_FILE, JSON.stringify({ status: "done", summary: "Looked" }));
`;

interface Warm extends OrchBench {
  /** When this file is there, set-ups go on. */
  readonly gate: string;
  /** Names in the folder of clones. */
  clones(): Promise<readonly string[]>;
  /** What is kept of clones that are ready. */
  ready(): Promise<readonly string[]>;
  say(more: object): Promise<void>;
}

async function openWarm(): Promise<Warm> {
  const files = { "package.json": "{}\n", ".gitignore": "node_modules\n" };
  const bench = await openOrchBench({ files });
  const open = join(bench.root, "open");
  await mkdir(open);
  await writeFile(join(open, "install.mjs"), INSTALL);
  await writeFile(join(open, "agent.mjs"), AGENT);
  const gate = join(open, "gate");
  const file = join(bench.home, "config.yml");
  const { sandbox } = JSON.parse(await readFile(file, "utf8")) as { sandbox?: object };
  const run = [process.execPath, join(open, "install.mjs"), gate];
  const config = {
    projects: [bench.repository.path],
    agents: { looks: { driver: "command", command: [process.execPath, join(open, "agent.mjs")] } },
    sandbox: { ...sandbox, read: [open] },
    hooks: { after_create: { run, in_advance: true } },
    worktrees: { warm: 1 },
  };
  const say = (more: object): Promise<void> => writeFile(file, JSON.stringify({ ...config, ...more }));
  await say({});
  const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);
  return {
    ...bench,
    gate,
    say,
    clones: () => namesIn(join(bench.home, "worktrees/local/site")),
    async ready() {
      return (await namesIn(join(bench.home, "projects/local/site.warm"))).filter((name) => name.endsWith(".ready"));
    },
  };
}

/** Who the set-up of a task's clone ran for. */
async function toldIn(bench: Warm, branch: string): Promise<string> {
  return bench.repository.git("show", `${branch}:told.txt`);
}

describe.concurrent("clones that are made in advance (M9)", () => {
  test(
    "a task takes one with its set-up done, another is made, and a changed lockfile is not overlooked",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openWarm();
      await writeFile(bench.gate, "");
      await bench.serve();
      await waitFor("a clone in advance", async () => (await bench.ready()).length === 1);
      await bench.result("task add", ["First look"]);
      await bench.reaches("int-1", "in_review");
      expect(await toldIn(bench, "task-int-1-first-look")).toBe("nobody");
      await waitFor("the next clone in advance", async () => (await bench.ready()).length === 1);
      expect((await bench.clones()).filter((name) => !name.startsWith("."))).toHaveLength(1);

      const [stale] = await bench.ready();
      await bench.repository.commit("bump", { "package-lock.json": "{}\n" });
      await bench.result("task add", ["Second look"]);
      await bench.reaches("int-2", "in_review");
      expect(await toldIn(bench, "task-int-2-second-look")).toBe("int-2");
      await waitFor("a clone with the new lockfile", async () => {
        const [now] = await bench.ready();
        return now !== undefined && now !== stale;
      });
      await bench.result("task add", ["Third look"]);
      await bench.reaches("int-3", "in_review");
      expect(await toldIn(bench, "task-int-3-third-look")).toBe("nobody");

      await waitFor("the last clone in advance", async () => (await bench.ready()).length === 1);
      await bench.result("project remove", ["local/site"]);
      expect([await bench.ready(), (await bench.clones()).filter((name) => name.startsWith(".warm"))]).toEqual([
        [],
        [],
      ]);
    },
  );

  test("a daemon that is killed during a set-up leaves nothing that a task gets", { timeout: LONG_MS }, async () => {
    await using bench = await openWarm();
    const daemon = await bench.serve();
    const halfMade = async (): Promise<boolean> => {
      const [name = ""] = await bench.clones();
      return existsSync(join(bench.home, "worktrees/local/site", name, "node_modules"));
    };
    await waitFor("the set-up to run", halfMade);
    const [left] = await bench.clones();
    process.kill((await bench.client.health()).pid, "SIGKILL");
    await daemon.end;
    expect([await bench.ready(), await bench.clones()]).toEqual([[], [left]]);
    await writeFile(bench.gate, "");
    await bench.serve();
    await bench.result("task add", ["Look"]);
    await bench.reaches("int-1", "in_review");
    await waitFor("a clone in advance", async () => (await bench.ready()).length === 1);
    expect(await bench.clones()).not.toContain(left);
    expect(await bench.clones()).toHaveLength(2);
    expect(await readdir(join(bench.home, "state/local/site/tasks"))).toContain("int-1");
  });

  test(
    "a daemon that ends calls a set-up off, and leaves no process and no half clone",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openWarm();
      await bench.serve();
      await waitFor(
        "the set-up to run",
        async () => (await bench.processes(join(bench.root, "open/install.mjs"))).length > 0,
      );
      await bench.orch(["stop"]);
      expect(await bench.processes(join(bench.root, "open/install.mjs"))).toEqual([]);
      expect([await bench.ready(), await bench.clones()]).toEqual([[], []]);
    },
  );

  test("without a word no clone is made in advance; with a new one, one is", { timeout: LONG_MS }, async () => {
    await using bench = await openWarm();
    await writeFile(bench.gate, "");
    await bench.say({ worktrees: {} });
    await bench.serve();
    await bench.result("task add", ["Look"]);
    await bench.reaches("int-1", "in_review");
    expect(await toldIn(bench, "task-int-1-look")).toBe("int-1");
    expect([await bench.ready(), await bench.clones()]).toEqual([[], [expect.not.stringMatching(/^\./) as string]]);
    await bench.say({});
    await waitFor("the clone that is wanted now", async () => (await bench.ready()).length === 1);
    await bench.say({ worktrees: {} });
    await waitFor("it to go", async () => (await bench.ready()).length === 0);
    expect(await bench.clones()).toHaveLength(1);
  });
});
