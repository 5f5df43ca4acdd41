import { spawn } from "node:child_process";
import { access, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { atOnce, gitRepository, repositoryAt, tempFolder, waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { orch } from "./orch-process.ts";

const MAIN = join(import.meta.dirname, "..", "src", "demo-main.ts");
/** Two attempts, one after the other, and a third task, on a busy machine. */
const PATIENCE = { timeout: 120_000 };

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Place {
  /** Becomes the folder for temporary files, so that it can be seen what is left there. */
  readonly temporary: string;
  readonly path: string;
  readonly home?: string;
  readonly onOutput?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
}

async function start(args: readonly string[], place: Place): Promise<Run> {
  const { temporary, path, home } = place;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: temporary,
    env: { PATH: path, HOME: temporary, TMPDIR: temporary, ...(home === undefined ? {} : { ORCH_HOME: home }) },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk;
    place.onOutput?.(out, (signal) => void child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

/** The machine's programs without any agent: links to what the demo needs, and nothing else. */
async function pathWithoutAgents(folder: string, also: readonly string[] = ["bwrap"]): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  await symlink(process.execPath, join(bin, "node"));
  for (const name of ["git", "tmux", "true", ...also]) {
    const found = await firstOnPath(name);
    if (found !== undefined) await symlink(found, join(bin, name));
  }
  return bin;
}

async function firstOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (await isThere(path)) return path;
  }
  return undefined;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The processes of this machine whose command line names a folder; everything that orch starts does. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
    const words = await readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "");
    const surroundings = await readFile(join("/proc", pid, "environ"), "utf8").catch(() => "");
    if (words.includes(folder) || surroundings.includes(`ORCH_HOME=${folder}`)) found.push(`${pid} ${words}`);
  }
  return found;
}

/** Everything has ended; a process that is just going is waited for. */
async function nothingRuns(folder: string): Promise<void> {
  await waitFor(`no process of ${folder}`, async () => (await processesOf(folder)).length === 0);
}

describe.concurrent("npm start", () => {
  test.for([[["bwrap"]], [[]]])(
    "does three tasks on a copy, merges them, and leaves the copy alone (with %j)",
    PATIENCE,
    ([also], context) =>
      atOnce(context, async () => {
        const temporary = await tempFolder("d");
        const path = await pathWithoutAgents(temporary, also);
        const run = await start([], { temporary, path });
        expect([run.code, run.err]).toEqual([0, ""]);
        expect(run.out).not.toContain("\u001B");
        for (const text of [
          /^agent {2}replay, which plays a recording/m,
          /codex is not installed/,
          /^int-3 │ waits for int-1$/m,
          /^int-1 │ orch checks ✗ test exit 1/m,
          /^int-1 │ the next one is told: .*test \(exit code 1\)/m,
          /^int-1 │ attempt 2 passes$/m,
          /^int-2 │ attempt 1 passes$/m,
          /^int-1 +done(?: \(no sandbox\))? +replay +Read weeks and fractions$/m,
          /^int-2 +done(?: \(no sandbox\))? +replay +Round to the largest units$/m,
          /^int-3 +done(?: \(no sandbox\))? +replay +Add up spans$/m,
          /^node --test 12 tests pass$/m,
          /^3 of 3 tasks merged, 4 attempts, \d+\.\d s$/m,
          /npm start -- \/path\/to\/repository/,
        ]) {
          expect(run.out).toMatch(text);
        }
        const copy = /^the copy +(.+)$/m.exec(run.out)?.[1] ?? "";
        expect(await readdir(join(copy, ".."))).toEqual(["spans"]);
        const repository = repositoryAt(copy);
        expect(await repository.git("status", "--porcelain")).toBe("");
        expect((await repository.git("log", "--format=%s", "main")).split("\n")).toEqual(
          expect.arrayContaining([
            "Add up spans, and show what is new in the README",
            "Write no weeks: they are only read",
            "Round to the largest units",
            "Parse spans",
          ]),
        );
        expect(await readFile(join(copy, "src", "total.js"), "utf8")).toContain("export function total");
        await nothingRuns(temporary);
      }),
  );

  test.for([
    ["before the first attempt", "copy "],
    ["while agents work", "int-2 │ ±"],
    ["while a check runs", "validating"],
  ])("Ctrl-C %s leaves nothing behind", PATIENCE, ([, seen = ""], context) =>
    atOnce(context, async () => {
      const temporary = await tempFolder("d");
      const path = await pathWithoutAgents(temporary);
      let sent = false;
      const run = await start([], {
        temporary,
        path,
        onOutput(out, kill) {
          if (sent || !out.includes(seen)) return;
          sent = true;
          kill("SIGINT");
        },
      });
      expect([run.code, run.err]).toEqual([1, "\nStopping, and tidying up.\n"]);
      expect(await readdir(temporary)).toEqual(["bin"]);
      await nothingRuns(temporary);
    }),
  );

  test("without git it says what to do, and leaves nothing", PATIENCE, (context) =>
    atOnce(context, async () => {
      const temporary = await tempFolder("d");
      const run = await start([], { temporary, path: join(temporary, "nothing") });
      expect(run).toEqual({ code: 1, out: "", err: "error: git is not installed\nhint: Install git 2.38 or newer.\n" });
      expect(await readdir(temporary)).toEqual([]);
    }),
  );
});

describe.concurrent("npm start -- <repository> <what>", () => {
  const AGENT = `import { writeFileSync } from "node:fs";
writeFileSync("answer.txt", "42\\n");
writeFileSync(process.env.ORCH_REPORT_FILE, JSON.stringify({ status: "done", summary: "answered" }));
`;

  test("does the job in one's own repository; the result is a branch", PATIENCE, (context) =>
    atOnce(context, async () => {
      const temporary = await tempFolder("d");
      const home = join(temporary, "h");
      await mkdir(home);
      await writeFile(join(temporary, "agent.mjs"), AGENT);
      const fixer = { driver: "command", command: [process.execPath, join(temporary, "agent.mjs")] };
      await writeFile(join(home, "config.yml"), JSON.stringify({ agents: { fixer } }));
      const repository = await gitRepository();
      const before = await repository.git("rev-parse", "main");
      const args = [repository.path, "Answer", "it", "--check", "git status"];
      const run = await start(args, { temporary, path: process.env["PATH"] ?? "", home });
      try {
        expect([run.code, run.err]).toEqual([0, ""]);
        expect(run.out).toContain("int-1 in_review: Answer it");
        expect(run.out).toContain(`orch is here: cd ${repository.path} && npm run -s --prefix `);
        const branch = /^branch +(.+)$/m.exec(run.out)?.[1] ?? "";
        expect(await repository.git("show", `${branch}:answer.txt`)).toBe("42");
        expect(await repository.git("rev-parse", "main")).toBe(before);
      } finally {
        await orch(["stop"], { home, folder: temporary });
      }
      await nothingRuns(home);
    }),
  );

  test.for([
    [["--no-such-flag"], "what you want is missing"],
    [["."], "what you want is missing"],
    [["./missing", "Do it"], "missing is not a folder"],
    [[".", "Do it"], "is not inside a git repository"],
  ] as const)("%j is refused with a hint", PATIENCE, ([args, message], context) =>
    atOnce(context, async () => {
      const temporary = await tempFolder("d");
      const run = await start(args, { temporary, path: process.env["PATH"] ?? "", home: join(temporary, "h") });
      expect([run.code, run.out]).toEqual([2, ""]);
      expect(run.err).toContain(message);
      expect(run.err).toContain("\nhint: ");
      await orch(["stop"], { home: join(temporary, "h"), folder: temporary });
      await nothingRuns(temporary);
    }),
  );
});
