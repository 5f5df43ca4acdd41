import { createServer, type AddressInfo } from "node:net";

import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;
const config = { agents: { obedient: fixtureAgent("obeys") } };

test("an issue becomes a merged pull request, through a failing check and a review", { timeout: LONG_MS }, async () => {
  await using scene = await openGitHubBench({ config });
  const { bench, github, ask } = scene;
  await scene.serve();
  await bench.result("init");
  const issue = await ask("POST /issues", {
    title: "Add a file",
    body: "Please put one in a.txt.",
    labels: ["orchestrate"],
  });

  const first = await scene.pull();
  expect(first).toMatchObject({ title: "Add a file", user: { login: "octo" }, head: { ref: "gh-task-1-add-a-file" } });
  await waitFor("the status", async () => (await labelsOf(issue.number)).includes("status:in_review"));
  await waitFor("the status comment", async () => {
    const comments = await scene.comments(issue.number);
    return comments.some(({ body }) => body.startsWith("<!-- orch:status") && body.includes(`#${first.number}`));
  });

  const log = "The test says: please put two in a.txt\n";
  await github.finishCi(PROJECT, first.head.sha, { job: "test", conclusion: "failure", log });
  await waitFor("the failed job to run again", async () => (await reruns(first.head.sha)) === 2);
  await github.finishCi(PROJECT, first.head.sha, { job: "test", conclusion: "failure", log });

  const second = await scene.pull(first.head.sha);
  expect(second.number).toBe(first.number);
  await github.finishCi(PROJECT, second.head.sha, { job: "test", conclusion: "success" });
  await ask(
    `POST /pulls/${first.number}/reviews`,
    {
      commit_id: second.head.sha,
      event: "REQUEST_CHANGES",
      body: "Nearly.",
      comments: [{ path: "a.txt", line: 1, side: "RIGHT", body: "Please put three in a.txt" }],
    },
    "rita",
  );

  const third = await scene.pull(second.head.sha);
  await github.finishCi(PROJECT, third.head.sha, { job: "test", conclusion: "success" });
  await ask(`POST /pulls/${first.number}/reviews`, { commit_id: third.head.sha, event: "APPROVE" }, "rita");

  await waitFor(
    "the issue to be closed",
    async () => (await ask(`GET /issues/${issue.number}`)).state === "closed",
    60_000,
  );
  const merged = await ask(`GET /pulls/${first.number}`);
  expect(merged).toMatchObject({ merged: true, head: { sha: third.head.sha } });
  const contents = await bench.repository.git("ls-remote", github.cloneUrl(PROJECT, "octo"));
  expect(contents).not.toContain("gh-task-1");
  await waitFor("the last label", async () => (await labelsOf(issue.number)).includes("status:done"));
  expect((await ask<readonly Answer[]>("GET /pulls?state=all")).length).toBe(1);
  expect(await bench.result("task get", [String(issue.number), "--project", PROJECT])).toMatchObject({
    task: { status: "done", outcome: "merged" },
    attempts: [{}, {}, {}],
  });

  async function labelsOf(number: number): Promise<readonly string[]> {
    return (await ask(`GET /issues/${number}`)).labels.map(({ name }) => name);
  }

  async function reruns(sha: string): Promise<number> {
    const { workflow_runs: runs } = await ask<{ workflow_runs: readonly { run_attempt: number }[] }>(
      `GET /actions/runs?head_sha=${sha}`,
    );
    return runs[0]?.run_attempt ?? 0;
  }
});

test(
  "a stranger's issue waits for somebody who may, whose commands below it are obeyed and answered once",
  { timeout: LONG_MS },
  async () => {
    await using scene = await openGitHubBench({ config });
    const { bench, ask } = scene;
    await scene.serve();
    await bench.result("init");
    const { number } = await ask("POST /issues", { title: "Add a file", body: "Please put one in a.txt." }, "stan");
    await ask(`POST /issues/${number}/labels`, { labels: ["orchestrate"] });
    const say = (text: string, as: string): Promise<Answer> =>
      ask(`POST /issues/${number}/comments`, { body: text }, as);
    const answered = (text: string): Promise<unknown> =>
      waitFor(
        `an answer with ${text}`,
        async () => {
          const comments = await scene.comments(number);
          return comments.some(({ body }) => body.startsWith("<!-- orch:") && body.includes(text));
        },
        30_000,
      );

    await answered("waits for an approval");
    const approval = async (): Promise<string> => {
      const comments = await scene.comments(number);
      return /\/approve [0-9a-f]{12}/.exec(comments.map(({ body }) => body).join("\n"))?.[0] ?? "";
    };
    const named = await approval();
    await say(named, "stan");
    await say(`> ${named}\n\nand\n\`\`\`\n${named}\n\`\`\``, "rita");
    await say(named, "rita");
    const pull = await scene.pull();
    await ask(`PATCH /issues/${number}`, { body: "Please put poison in a.txt." }, "stan");

    await say("/status", "stan");
    await answered("waits for its merge");
    await say("/merge", "stan");
    await say("/frobnicate", "rita");
    await answered("There is no command `/frobnicate`");
    await say("/reroute obediant", "rita");
    await answered("Did you mean `obedient`?");
    await say("/block not before Monday", "rita");
    await answered("Held by github:rita: not before Monday");
    await say("/retry please put two in a.txt", "rita");
    const second = await scene.pull(pull.head.sha);
    await scene.github.finishCi(PROJECT, second.head.sha, { job: "test", conclusion: "success" });
    await say("/merge", "rita");
    await waitFor("the merge", async () => (await ask(`GET /pulls/${pull.number}`)).merged, 60_000);

    const { task } = await bench.result("task get", [String(number), "--project", PROJECT]);
    expect(task).toMatchObject({ trust: "reviewed", body: "Please put one in a.txt." });
    const comments = await scene.comments(number);
    const answers = comments.filter(({ body }) => body.startsWith("<!-- orch:reply"));
    expect(answers.length).toBe(3);
    expect(comments.filter(({ body }) => body.startsWith("<!-- orch:status")).length).toBe(1);
  },
);

test(
  "with webhooks everything is known at once, and nothing is asked for in between",
  { timeout: LONG_MS },
  async () => {
    const port = await freePort();
    const secret = "a secret of this test alone";
    const engine = { sync_interval: "1h", fallback_sync_interval: "1h" };
    await using scene = await openGitHubBench({
      config: { ...config, engine, webhook: { enabled: true, port, secret } },
    });
    const { bench, github, ask } = scene;
    await scene.serve();
    await bench.result("init");
    const hook = { url: `http://127.0.0.1:${port}/webhook`, content_type: "json", secret };
    await ask("POST /hooks", { name: "web", active: true, events: ["*"], config: hook });
    const { number } = await ask("POST /issues", {
      title: "Add a file",
      body: "Please put one in a.txt.",
      labels: ["orchestrate"],
    });
    const pull = await scene.pull();
    await github.finishCi(PROJECT, pull.head.sha, { job: "test", conclusion: "success" });
    await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: pull.head.sha, event: "APPROVE" }, "rita");
    await waitFor(
      "the issue to be closed",
      async () => (await ask(`GET /issues/${number}`)).state === "closed",
      60_000,
    );
    expect((await ask(`GET /pulls/${pull.number}`)).merged).toBe(true);
  },
);

/** A port that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
