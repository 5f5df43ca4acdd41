import { access, readFile } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { filesWith } from "./files-with.ts";
import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const HIDDEN = "octo/hidden";

test(
  "a private repository is a project without a folder of anybody's, until it is removed",
  { timeout: 120_000 },
  async () => {
    const checks = [{ name: "there", run: ["test", "-s", "a.txt"] }];
    const files = { "README.md": "# hidden\n", ".orch.yml": JSON.stringify({ checks }) };
    await using scene = await openGitHubBench({
      config: { agents: { obedient: fixtureAgent("obeys") } },
      options: {
        repositories: [
          { name: PROJECT, files },
          { name: HIDDEN, files, isPrivate: true },
          { name: "octo/nothing", files: null },
        ],
      },
    });
    const { bench, github } = scene;
    await scene.serve();
    const { project, created } = await bench.result("project add", [HIDDEN]);
    expect([project.id, created, project.checks]).toEqual([HIDDEN, true, ["there"]]);
    expect(project.source).toBe(join(bench.home, "managed", "octo", "hidden.git"));
    const again = await bench.result("project add", [`${github.url}/${HIDDEN}.git`]);
    expect([again.created, again.project.source]).toEqual([false, project.source]);
    expect(await readFile(join(project.source, ".orch.yml"), "utf8")).toContain("enabled: true");
    expect(await filesWith(join(bench.home, "managed"), github.token)).toEqual([]);

    const issue = await ask<Answer>("POST", "issues", {
      title: "Add a file",
      body: "Please put one in a.txt.",
      labels: ["orchestrate"],
    });
    const pull = await waitFor(
      "a pull request",
      async () => (await ask<readonly Answer[]>("GET", "pulls?state=open"))[0] ?? false,
      60_000,
    );
    await github.finishCi(HIDDEN, pull.head.sha, { job: "test", conclusion: "success" });
    await bench.result("task merge", [`${HIDDEN}#${issue.number}`]);
    await waitFor("the merge", async () => (await ask<Answer>("GET", `pulls/${pull.number}`)).merged, 60_000);
    await waitFor(
      "a clean machine",
      async () => !(await isThere(join(bench.home, "worktrees", "octo", "hidden"))) || (await clonesLeft()) === 0,
      30_000,
    );

    expect(await bench.result("project remove", [HIDDEN])).toEqual({ project: HIDDEN, removed: true });
    expect(await isThere(join(bench.home, "managed", "octo"))).toBe(false);
    expect(await isThere(join(bench.home, "projects", "octo", "hidden.git"))).toBe(false);

    expect(await bench.failure(["project", "add", "octo/absent"])).toMatchObject({ code: "forge_missing" });
    expect(await bench.failure(["project", "add", "octo/nothing"])).toMatchObject({ code: "repository_empty" });
    expect(await bench.failure(["project", "add", "https://elsewhere.test/octo/hidden"])).toMatchObject({
      code: "usage",
    });
    expect((await bench.result("project list")).projects).toEqual([]);

    async function clonesLeft(): Promise<number> {
      // What vanishes while it is read is on its way out: looked at again.
      return filesWith(join(bench.home, "worktrees", "octo", "hidden"), "").then(
        ({ length }) => length,
        () => Number.NaN,
      );
    }

    async function ask<Result>(method: string, path: string, body?: object): Promise<Result> {
      const response = await fetch(`${github.url}/repos/${HIDDEN}/${path}`, {
        method,
        headers: { authorization: `token ${github.token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as Result;
    }
  },
);

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
