import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { freePort } from "./free-port.ts";
import { openGitHubBench } from "./github-bench.ts";
import { fixtureAgent, openOrchBench } from "./orch-bench.ts";

test("init --github writes what issues need, once, and says what an existing file lacks", async () => {
  await using bench = await openOrchBench({});
  const { repository } = bench;
  expect(await bench.failure(["init", "--github"])).toMatchObject({ exit: 2, code: "usage" });
  await repository.git("remote", "add", "origin", "git@github.com:octo/sample.git");
  const first = await bench.result("init", ["--github"]);
  expect(first).toMatchObject({ project: "octo/sample", github: "octo/sample", created: true });
  const form = join(repository.path, ".github/ISSUE_TEMPLATE/orch.yml");
  expect(first.form).toBe(form);
  expect(await readFile(form, "utf8")).toContain("label: Acceptance");
  expect(await readFile(first.config, "utf8")).toContain('gh: { repo: "octo/sample", enabled: true }');

  const again = await bench.result("init", ["--github"]);
  expect(again).toMatchObject({ created: false, github: "octo/sample" });
  expect([again.form, again.missing]).toEqual([undefined, undefined]);
  await repository.write({ ".orch.yml": "checks: []\n" });
  const told = await bench.orch(["init", "--github"]);
  expect(told.out).toContain('gh: { repo: "octo/sample", enabled: true }');
  expect(told.out).toContain("give an issue of octo/sample the label orchestrate");
});

test("init says what a remote on GitHub would bring, and the gate's script passes what orch has proven alone", async () => {
  await using bench = await openOrchBench({});
  const { repository } = bench;
  await repository.git("remote", "add", "origin", "https://github.com/octo/sample.git");
  expect((await bench.orch(["init"])).out).toContain("To take issues of octo/sample in");
  const { gate = "" } = await bench.result("init", ["--gate"]);
  expect(gate).toBe(join(repository.path, ".github/workflows/orch-gate.yml"));
  expect((await bench.result("init", ["--gate"])).gate).toBeUndefined();
  const workflow = await readFile(gate, "utf8");
  expect(workflow).toContain("permissions: {}");
  expect(workflow).not.toMatch(/run:[^]*\$\{\{/);
  const script = workflow.slice(workflow.indexOf("run: |") + "run: |".length).replaceAll(/^ {10}/gm, "");

  const [head, other] = ["a".repeat(40), "b".repeat(40)];
  const said = (text: string): string => `words\r\n\r\n${text}\r\n---\nMade by orch: task x`;
  const exit = (body: string): Promise<string> => exitOf(script, { BODY: body, HEAD: head });
  expect(await exit(said(`<!-- orch-gate: ${head} pass -->`))).toContain("Done by the definition.");
  const wrong = [
    "",
    said(`<!-- orch-gate: ${other} pass -->`),
    said(`> <!-- orch-gate: ${head} pass -->`),
    said(`<!-- orch-gate: ${head} runtime_not_pass,missing_digest -->`),
    said(`<!-- orch-gate: ${head} pass --> $(touch here)`),
    said(`<!-- orch-gate: ${head} pass -->\n<!-- orch-gate: ${head} missing_digest -->`),
  ];
  for (const body of wrong) expect(await exit(body)).toMatch(/^failed: ::error::/);
});

async function exitOf(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("bash", ["-e", "-c", script], {
      env: { PATH: "/usr/bin:/bin", ...env },
    });
    return stdout;
  } catch (error) {
    return `failed: ${error instanceof Error && "stdout" in error ? String(error.stdout) : String(error)}`;
  }
}
test(
  "init --webhook makes a hook with a secret of its own, and the next daemon hears of an issue at once",
  {
    timeout: 120_000,
  },
  async () => {
    const port = await freePort();
    const engine = { sync_interval: "1h", fallback_sync_interval: "1h" };
    const agents = { obedient: fixtureAgent("obeys") };
    await using scene = await openGitHubBench({ config: { agents, engine, webhook: { port } } });
    const { bench, ask, github } = scene;
    const token = { env: { GH_TOKEN: github.token } };
    const url = `http://127.0.0.1:${port}`;
    expect(await bench.failure(["init", "--webhook", `${url}/other`], token)).toMatchObject({
      code: "usage",
    });
    const { webhook } = await bench.result("init", ["--github", "--webhook", url], token);
    expect(webhook).toMatchObject({ url: `${url}/webhook`, created: true, listens: null });
    expect(await ask<readonly object[]>("GET /hooks")).toMatchObject([{ id: Number(webhook?.hook), active: true }]);
    const file = join(bench.home, "webhook.secret");
    const secret = (await readFile(file, "utf8")).trim();
    expect([secret.length, (await stat(file)).mode & 0o777]).toEqual([64, 0o600]);

    const daemon = await scene.serve();
    await ask("POST /issues", { title: "Add a file", body: "Please put one in a.txt.", labels: ["orchestrate"] });
    expect((await scene.pull()).title).toBe("Add a file");
    const again = await bench.result("webhook add", [`${url}/webhook`]);
    expect(again).toMatchObject({ hook: webhook?.hook, created: false, listens: `127.0.0.1:${port}` });
    const shown = await Promise.all(
      [["config"], ["webhook", "status", "--forge"], ["log", "1000"]].map((words) => bench.orch(words)),
    );
    await bench.orch(["stop"]);
    const said = [...shown, await daemon.end].map(({ out, err }) => out + err).join("\n");
    expect(said).toContain("listening for webhooks");
    expect(said).not.toContain(secret);
  },
);
