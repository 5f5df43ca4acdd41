import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer, type GitHubBench } from "./github-bench.ts";
import { confining, fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;

interface Review {
  readonly state: string;
  readonly body: string;
  readonly commit_id: string;
}

/** `port` is where the reviewer tries to go although it must not. */
function openHouse(port = 9): Promise<GitHubBench> {
  return openGitHubBench({
    config: {
      agents: { obedient: fixtureAgent("obeys"), critic: fixtureAgent("reviews", String(port)) },
      router: { agents: ["obedient"] },
      workflow: { enable_review_agent: true },
      merge: { policy: "auto" },
    },
  });
}

/** Something on this machine that answers whoever reaches it. */
async function listen(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function addIssue({ bench, ask, serve }: GitHubBench, body: string): Promise<Answer> {
  await serve();
  await bench.result("init");
  return ask("POST /issues", { title: "Add a file", body, labels: ["orchestrate"] });
}

test(
  "a reviewer finds what is wrong, its author repairs it, and what it approves is merged",
  { timeout: LONG_MS },
  async () => {
    await using server = await listen();
    await using scene = await openHouse(server.port);
    const { bench, github, ask } = scene;
    await addIssue(scene, "Please put poison in a.txt.");
    const first = await scene.pull();
    const reviewsOf = (number: number): Promise<readonly Review[]> => ask(`GET /pulls/${number}/reviews`);
    const [asked] = await waitFor(
      "a review",
      async () => {
        const reviews = await reviewsOf(first.number);
        return reviews.length > 0 && reviews;
      },
      60_000,
    );
    expect(asked).toMatchObject({ commit_id: first.head.sha });
    expect(asked?.body).toContain("Automated Review — Changes Requested");
    expect(asked?.body).toContain("of another model family (critic) than the author's (obedient)");
    expect(asked?.body).toContain("the diff is readable");
    if (confining) expect(asked?.body).toContain("the folder is read-only, the network is closed");
    expect(asked?.body).not.toContain("@everybody");
    const comments = await ask<readonly { path: string; line: number; body: string }[]>(
      `GET /pulls/${first.number}/comments`,
    );
    expect(comments).toMatchObject([{ path: "a.txt", line: 1 }]);
    expect(comments[0]?.body).toContain("**error**: Poison. Please put two in a.txt");

    const second = await scene.pull(first.head.sha);
    await waitFor(
      "an approval",
      async () => (await reviewsOf(first.number)).some(({ body }) => body.includes("Automated Review — Approve")),
      60_000,
    );
    await github.finishCi(PROJECT, second.head.sha, { job: "test", conclusion: "success" });
    await waitFor("the merge", async () => (await ask(`GET /pulls/${first.number}`)).merged, 60_000);
    const attempts = (await bench.result("task get", ["1", "--project", PROJECT])).attempts;
    expect(attempts).toHaveLength(2);
    const { rows } = await bench.result("cost", ["--project", PROJECT, "--by", "purpose"]);
    expect(rows.map(({ key }) => key)).toContain("review");
    expect(await readdir(join(bench.home, "checkouts", "octo", "sample"))).toEqual([]);

    // Approved and green as well, but it says which packages are installed: that is for a person.
    const issue = await ask("POST /issues", {
      title: "Another file",
      body: "Please put three in a.txt. Please put four in yarn.lock.",
      labels: ["orchestrate"],
    });
    const locked = await scene.pull();
    const why = "A person merges it, for it changes which packages are installed (yarn.lock).";
    expect(locked).toMatchObject({ draft: true, body: expect.stringContaining(`- ${why}`) as unknown });
    await github.finishCi(PROJECT, locked.head.sha, { job: "test", conclusion: "success" });
    const find = (): ReturnType<typeof bench.result<"task get">> =>
      bench.result("task get", [String(issue.number), "--project", PROJECT]);
    await waitFor(
      "an approval and green checks",
      async () =>
        (await find()).task.pull?.checks === "passing" &&
        (await reviewsOf(locked.number)).some(({ body }) => body.includes("Automated Review — Approve")),
      60_000,
    );
    expect(await find()).toMatchObject({ task: { status: "in_review", detail: why }, attempts: [{ warnings: [why] }] });
    const said = await scene.comments(issue.number);
    expect(said.filter(({ body }) => body.includes(why)).length, "status and result").toBe(2);
    expect((await ask(`GET /pulls/${locked.number}`)).merged).toBe(false);
    await ask(`POST /pulls/${locked.number}/reviews`, { commit_id: locked.head.sha, event: "APPROVE" }, "rita");
    await waitFor("the merge", async () => (await ask(`GET /pulls/${locked.number}`)).merged, 60_000);
  },
);

test("a reviewer that repeats what a change told it approves nothing", { timeout: LONG_MS }, async () => {
  await using scene = await openHouse();
  const { bench, github, ask } = scene;
  const { number } = await addIssue(scene, "Please put believe in a.txt.");
  const pull = await scene.pull();
  await github.finishCi(PROJECT, pull.head.sha, { job: "test", conclusion: "success" });
  const logs = join(bench.home, "logs");
  await waitFor(
    "the failed review in the log",
    async () => {
      const texts = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), "utf8")));
      return texts.some((text) => text.includes("it holds no review with the id that was asked for"));
    },
    60_000,
  );
  expect(await ask(`GET /pulls/${pull.number}/reviews`)).toEqual([]);
  expect(await ask(`GET /pulls/${pull.number}`)).toMatchObject({ merged: false, state: "open" });
  const task = await bench.result("task get", [String(number), "--project", PROJECT]);
  expect(task).toMatchObject({ task: { status: "in_review" }, attempts: [{}] });
});
