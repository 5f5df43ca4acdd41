import type { CommandResults } from "@orch/api";
import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer, type GitHubBench } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const COMMENTS = [
  { path: "a.txt", line: 1, side: "RIGHT", body: "Please put three in a.txt." },
  { path: "b.txt", line: 1, side: "RIGHT", body: "Please put four in b.txt." },
] as const;

test(
  "what a person's review asks for becomes tasks, which begin when the pull request is merged as it is",
  { timeout: 180_000 },
  async () => {
    const agents = { obedient: fixtureAgent("obeys"), idle: fixtureAgent("slow") };
    await using scene = await openGitHubBench({
      config: { agents, merge: { policy: "auto" }, workflow: { review_followup: "tasks" } },
    });
    const { bench, github, ask } = scene;
    const daemon = await scene.serve();
    await bench.result("init");
    const { number } = await ask("POST /issues", {
      title: "Add two files",
      body: "Please put one in a.txt. Please put two in b.txt.",
      labels: ["orchestrate", "agent:obedient"],
    });
    const pull = await scene.pull();
    const { sha } = pull.head;
    await github.finishCi(PROJECT, sha, { job: "test", conclusion: "success" });
    const review = { commit_id: sha, event: "REQUEST_CHANGES", body: "Two things.", comments: COMMENTS };
    await ask(`POST /pulls/${pull.number}/reviews`, review, "rita");
    await waitFor("the first task", async () => (await madeIn(scene)).length > 0, 60_000);
    // Whatever it was about to do, nothing is made or said twice.
    process.kill((await bench.client.health()).pid, "SIGKILL");
    await daemon.end;
    await scene.serve();

    const named = await waitFor(
      "the comment that names them",
      async () => (await scene.comments(number)).find(({ body }) => body.startsWith("<!-- orch:follow-up")),
      60_000,
    );
    expect(named.body).toContain(`What rita asked for in #${pull.number} became int-1, int-2`);
    const waiting = await madeIn(scene);
    expect(waiting).toMatchObject(
      COMMENTS.map(({ body }) => ({
        title: `Review of #${pull.number}: ${body}`,
        status: "blocked",
        labels: ["pr-review-followup"],
        waitingFor: [String(number)],
        attempts: 0,
      })),
    );
    const { task, attempts } = await bench.result("task get", [String(number), "--project", PROJECT]);
    expect({ status: task.status, attempts: attempts.length }).toEqual({ status: "in_review", attempts: 1 });

    await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: sha, event: "APPROVE" }, "rita");
    const merged = async (): Promise<boolean> => (await ask(`GET /pulls/${pull.number}`)).merged;
    await waitFor("the merge", merged, 60_000);
    expect(await ask(`GET /pulls/${pull.number}`)).toMatchObject({ head: { sha } });
    for (const { title } of waiting) {
      const next = await waitFor(
        `the pull request of ${title}`,
        async () => (await ask<readonly Answer[]>("GET /pulls?state=all")).find((one) => one.title === title),
        60_000,
      );
      await github.finishCi(PROJECT, next.head.sha, { job: "test", conclusion: "success" });
    }
    await waitFor("everything to be done", () => areDone(scene), 90_000);
    const pulls = await ask<readonly Answer[]>("GET /pulls?state=all");
    expect(pulls.map(({ title }) => title).toSorted()).toEqual(
      [pull.title, ...COMMENTS.map(({ body }) => `Review of #${pull.number}: ${body}`)].toSorted(),
    );
    for (const { id } of await madeIn(scene)) {
      const own = await bench.result("task get", [id, "--project", PROJECT]);
      expect(own.attempts).toMatchObject([{ agent: "obedient", verdict: { kind: "pass" } }]);
    }
    await bench.repository.git("fetch", "--quiet", github.cloneUrl(PROJECT, "octo"), "main");
    expect(await bench.repository.git("show", "FETCH_HEAD:a.txt")).toBe("three");
    expect(await bench.repository.git("show", "FETCH_HEAD:b.txt")).toBe("four");
    const said = (await scene.comments(number)).filter(({ body }) => body.startsWith("<!-- orch:follow-up"));
    expect(said).toHaveLength(1);
  },
);

/** The tasks that no issue asked for, the oldest first. */
async function madeIn({ bench }: GitHubBench): Promise<CommandResults["task list"]["tasks"]> {
  const { tasks } = await bench.client.call("task list", { project: PROJECT });
  return tasks.filter(({ id }) => id.startsWith("int-")).toSorted((left, right) => left.id.localeCompare(right.id));
}

async function areDone(scene: GitHubBench): Promise<boolean> {
  return (await madeIn(scene)).every(({ status }) => status === "done");
}
