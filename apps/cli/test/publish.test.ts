import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

test(
  "a task that began here becomes one issue, and what is said there counts from then on",
  { timeout: 120_000 },
  async () => {
    await using scene = await openGitHubBench({ config: { agents: { obedient: fixtureAgent("obeys") } } });
    const { bench, github, ask } = scene;
    await scene.serve();
    await bench.result("init");
    const { task } = await bench.result("task add", [
      "Add a file",
      "--body",
      "Please put one in a.txt.",
      "-l",
      "chore",
    ]);
    const first = await scene.pull();

    const made = await bench.result("task publish", [task.id, "--label", "bug"]);
    const number = made.task.issue?.number ?? 0;
    expect(made.task).toMatchObject({ id: task.id, issue: { url: `${github.url}/${PROJECT}/issues/${number}` } });
    const again = await bench.result("task publish", [task.id]);
    expect(again.task.issue).toEqual(made.task.issue);
    const issue = await ask(`GET /issues/${number}`);
    expect(issue).toMatchObject({ title: "Add a file", state: "open" });
    expect(issue.body).toMatch(/^<!-- orch:task:.* -->\nPlease put one in a.txt.$/);
    await waitFor("labels in step", async () => {
      const names = (await ask(`GET /issues/${number}`)).labels.map(({ name }) => name).toSorted();
      return names.join() === "bug,chore,status:in_review";
    });
    const { tasks } = await bench.result("task list");
    expect(tasks.length).toBe(1);
    expect((await bench.orch(["task", "list"])).out).toMatch(/ID +STATUS +AGENT +ISSUE +PR/);
    expect((await bench.result("task get", [String(number)])).task.id).toBe(task.id);

    await ask(`POST /issues/${number}/comments`, { body: "/retry please put two in a.txt" }, "rita");
    const second = await scene.pull(first.head.sha);
    await waitFor("the link", async () => (await ask(`GET /pulls/${first.number}`)).body.includes(`#${number}`));
    await github.finishCi(PROJECT, second.head.sha, { job: "test", conclusion: "success" });
    // A word counts for what was there when it was said, and GitHub tells times by the second.
    await waitFor("the second result to be there for a second", async () => {
      const { task: now } = await bench.result("task get", [String(number)]);
      return now.status === "in_review" && Date.now() >= now.updatedAt + 1_000;
    });
    await ask(`POST /issues/${number}/comments`, { body: "/merge" }, "rita");
    await waitFor(
      "the issue to be closed",
      async () => (await ask(`GET /issues/${number}`)).state === "closed",
      60_000,
    );
    expect((await ask<readonly Answer[]>("GET /issues?state=all&creator=octo")).filter(isIssue).length).toBe(1);
    expect((await bench.result("task list")).tasks).toMatchObject([{ id: task.id, status: "done" }]);
  },
);

test("what can't be published says why", { timeout: 60_000 }, async () => {
  await using scene = await openGitHubBench({ config: { agents: { obedient: fixtureAgent("obeys") } } });
  const { bench } = scene;
  await scene.serve();
  await bench.result("init");
  const { task } = await bench.result("task add", ["Add a file", "--body", "Please put one in a.txt."]);
  await bench.result("task cancel", [task.id]);
  expect(await bench.failure(["task", "publish", task.id])).toMatchObject({ code: "move_refused" });
});

function isIssue(answer: Answer): boolean {
  return !("pull_request" in answer);
}
