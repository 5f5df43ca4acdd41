import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { confining, fixtureAgent, openOrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

test("folders of ~/.path are where programs are found, and the file is never run", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({ config: {} });
  const person = join(bench.root, "person");
  const tools = join(person, "tools");
  await mkdir(tools);
  // Both the agent and what a check needs are found there alone.
  await writeFile(
    join(tools, "scribe"),
    '#!/bin/sh\necho made >made.txt\necho \'{"status":"done","summary":"Made it"}\'\n',
  );
  await writeFile(join(tools, "proves"), "#!/bin/sh\ntest -f made.txt\n");
  for (const name of ["scribe", "proves"]) await chmod(join(tools, name), 0o755);
  const sandbox = confining ? {} : { sandbox: { mode: "none" } };
  const agents = { scribe: { driver: "command", command: ["scribe"] } };
  await writeFile(join(bench.home, "config.yml"), JSON.stringify({ ...sandbox, agents }));
  const file = join(person, ".path");
  await writeFile(file, `touch ${join(bench.root, "ran")}\nexport PATH="$HOME/tools:$PATH"\n`);

  const told = (await bench.result("doctor")).checks.find(({ name }) => name === "path file");
  expect(told).toMatchObject({ state: "warning", detail: `${file} adds ${tools}; passed over: line 1` });
  await bench.serve();
  await bench.orch(["init"]);
  await bench.result("task add", ["Make it", "--check", "proves"]);
  const { attempts } = await bench.reaches("int-1", "in_review");
  expect(attempts).toMatchObject([{ verdict: { kind: "pass" } }]);
  // Who commits is as it was, too.
  const by = await bench.repository.git("log", "-1", "--format=%an <%ae>", "task-int-1-make-it");
  expect(by).toBe("scribe[bot] <scribe[bot]@users.noreply.github.com>");
  await expect(readFile(join(bench.root, "ran"))).rejects.toThrow("ENOENT");
  expect(await readFile(join(bench.home, "logs", "orch.log"), "utf8")).toContain("not all of a path file counts");

  await chmod(file, 0o666);
  const refused = (await bench.result("doctor")).checks.find(({ name }) => name === "path file");
  expect(refused).toMatchObject({ state: "warning", detail: `${file} is not used: others may write to it` });
});

test(
  "words of earlier systems about sandboxes are understood, told, and loosen nothing",
  { timeout: LONG_MS },
  async () => {
    const agents = { codex: { ...fixtureAgent("writes"), sandbox: "danger-full-access" } };
    const git = { name: "Octo", email: "octo@example.com" };
    const workflow = { sandbox: false, permissions: { mode: "autonomous", sandbox: "workspace-write" } };
    await using bench = await openOrchBench({ config: { agents, workflow, git } });
    await bench.serve({ env: { CODEX_SANDBOX: "none" } });
    await bench.orch(["init"]);
    const { notices = [] } = await bench.result("config");
    const about = (key: string): string => notices.find((line) => line.includes(`${key} `)) ?? "";
    expect(about("agents.codex.sandbox")).toContain("asks for less than orch's own sandbox gives, which stays");
    expect(about("workflow.permissions.sandbox")).toContain("asks for what orch's own sandbox gives");
    expect(about("workflow.sandbox")).toContain("your folder is never theirs");
    expect(about("CODEX_SANDBOX")).toContain("orch run --sandbox none");
    expect((await bench.orch(["config"])).out).toContain("! CODEX_SANDBOX asks for less");
    const { checks } = await bench.result("doctor");
    expect(checks.filter(({ name, state }) => name === "config" && state === "warning").length).toBeGreaterThan(2);
    await bench.result("task add", ["Add file one"]);
    const { attempts } = await bench.reaches("int-1", "in_review");
    const [attempt] = attempts;
    expect(attempt?.verdict).toMatchObject({ kind: "pass" });
    const by = await bench.repository.git("log", "-1", "--format=%an <%ae>", "task-int-1-add-file-one");
    expect(by).toBe("Octo <octo@example.com>");
    if (confining) expect(attempt?.confinement?.sandbox).not.toBe("none");

    const held = await bench.orch(["serve"], { env: { ORCH_HOME: await readOnlyHome(bench.root) } });
    expect(held).toMatchObject({ code: 2, err: expect.stringContaining("agents that change nothing") as unknown });
  },
);

/** Takes three seconds. */
const UNHURRIED = `const { writeFileSync } = require("node:fs");
setTimeout(() => {
  writeFileSync("slowly.txt", "done");
  writeFileSync(process.env.ORCH_REPORT_FILE, JSON.stringify({ status: "done", summary: "Took its time" }));
}, 3000);`;

test("a tier has its own time, 0 is none, and what runs out ends with 124", { timeout: LONG_MS }, async () => {
  const unhurried = { driver: "command", command: [process.execPath, "-e", UNHURRIED] };
  const workflow = { timeout_seconds: 1, timeout_by_complexity: { simple: 1, complex: 0 }, max_attempts: 1 };
  await using bench = await openOrchBench({ config: { agents: { unhurried }, workflow } });
  await bench.serve();
  await bench.orch(["init"]);
  for (const tier of ["simple", "medium", "complex"])
    await bench.result("task add", [`As ${tier}`, "--complexity", tier]);
  const results: unknown[] = [];
  for (const task of ["int-1", "int-2", "int-3"]) {
    const { attempts } = await bench.reaches(task, "needs_review", "in_review");
    const file = join(bench.home, "state/local/site/tasks", task, "attempts/1/result.json");
    const { exit_code: code } = JSON.parse(await readFile(file, "utf8")) as { exit_code: number };
    results.push([attempts[0]?.verdict?.reason ?? attempts[0]?.verdict?.kind, code]);
  }
  expect(results).toEqual([
    ["wall_timeout", 124],
    ["wall_timeout", 124],
    ["pass", 0],
  ]);
});

async function readOnlyHome(root: string): Promise<string> {
  const home = join(root, "held");
  await mkdir(home);
  await writeFile(join(home, "config.yml"), "agents: { codex: { sandbox: read-only } }\n");
  return home;
}
