import { repositoryAt, tempFolder, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const FORK = "eve/sample";

test(
  "who may not push works through a fork: a pull request from there, its review, a merge by somebody else, a clean fork",
  { timeout: 120_000 },
  async () => {
    await using scene = await openGitHubBench({
      config: { agents: { obedient: fixtureAgent("obeys") }, merge: { policy: "auto" } },
      gh: { forks: { [PROJECT]: FORK } },
      options: { people: { eve: "none" } },
    });
    const { bench, github, ask } = scene;
    await ask("POST /forks", {}, "eve");
    await bench.serve({ env: { GH_TOKEN: github.tokenOf("eve") } });
    await bench.result("init");
    await movedOn();
    const { task } = await bench.result("task add", ["Add a file", "--body", "Please put one in a.txt."]);

    const first = await scene.pull();
    expect(first).toMatchObject({ user: { login: "eve" }, head: { repo: { full_name: FORK } }, base: { ref: "main" } });
    const { commits } = await ask<{ commits: readonly unknown[] }>(`GET /compare/main...${first.head.sha}`);
    expect(commits.length).toBe(1);
    await ask(`POST /pulls/${first.number}/reviews`, {
      commit_id: first.head.sha,
      event: "REQUEST_CHANGES",
      body: "Please put two in a.txt",
    });
    const second = await scene.pull(first.head.sha);
    expect(second.number).toBe(first.number);

    await github.finishCi(PROJECT, second.head.sha, { job: "test", conclusion: "success" });
    await ask(`POST /pulls/${first.number}/reviews`, { commit_id: second.head.sha, event: "APPROVE" });
    const waiting = await waitFor(
      "a person to be asked for the merge",
      async () => {
        const found = await bench.result("task get", [task.id]);
        return found.task.status === "needs_review" ? found : false;
      },
      60_000,
    );
    expect(waiting.task).toMatchObject({ reason: "merge_refused" });
    const tried = github.requests().filter(({ method, path }) => method === "PUT" && path.endsWith("/merge"));
    expect(tried.length).toBe(1);

    await ask(`PUT /pulls/${first.number}/merge`, { sha: second.head.sha });
    await waitFor(
      "the task to be done",
      async () => (await bench.result("task get", [task.id])).task.status === "done",
      60_000,
    );
    await waitFor("the branch to go", async () => !(await branches(FORK)).includes("/gh-task"), 30_000);
    expect(await branches(PROJECT)).not.toContain("refs/heads/gh-task");
    expect((await ask<readonly Answer[]>("GET /pulls?state=all")).length).toBe(1);

    async function branches(repository: string): Promise<string> {
      return bench.repository.git("ls-remote", "--heads", github.cloneUrl(repository, "octo"));
    }

    /** The repository goes on, and the fork does not follow. */
    async function movedOn(): Promise<void> {
      const person = repositoryAt(await tempFolder());
      await person.git("clone", "--quiet", github.cloneUrl(PROJECT, "octo"), ".");
      await person.git("config", "user.name", "Octo");
      await person.git("config", "user.email", "octo@example.org");
      await person.commit("theirs", { "theirs.txt": "theirs\n" });
      await person.git("push", "--quiet", "origin", "HEAD:main");
    }
  },
);
