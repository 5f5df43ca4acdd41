import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;
const config = { agents: { obedient: fixtureAgent("obeys") }, labels: { profile: "hub" } };

test("an issue of the hub flows from agent:queued to agent:done", { timeout: LONG_MS }, async () => {
  await using scene = await openGitHubBench({ config });
  const { bench, github, ask } = scene;
  const labels = ["orchestrate", "agent:queued", "auto:pr-on-complete", "checkin:10m", "budget:45m"];
  const asked = { title: "Add a file", body: "## Goal\nPlease put one in a.txt.", labels };
  const { number } = await ask("POST /issues", asked);
  await scene.serve();
  await bench.result("init");

  const first = await scene.pull();
  await shows("agent:review");
  const moved = await moves(number);
  expect(moved.slice(moved.indexOf("+agent:running"))).toEqual([
    "+agent:running",
    "-agent:queued",
    "+agent:review",
    "-agent:running",
  ]);
  await ask(`POST /issues/${number}/comments`, { body: "/block not now" }, "rita");
  await shows("agent:stalled");
  await ask(`POST /issues/${number}/comments`, { body: "/retry please put two in a.txt" }, "rita");
  const pull = await scene.pull(first.head.sha);
  await shows("agent:review");
  await github.finishCi(PROJECT, pull.head.sha, { job: "test", conclusion: "success" });
  await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: pull.head.sha, event: "APPROVE" }, "rita");
  await waitFor("the issue to be closed", async () => (await ask(`GET /issues/${number}`)).state === "closed", 60_000);
  await shows("agent:done");

  expect((await ask(`GET /pulls/${pull.number}`)).merged).toBe(true);
  expect((await ask<readonly Answer[]>("GET /pulls?state=all")).length).toBe(1);
  expect(await lifecycle()).toEqual(["agent:done"]);
  expect((await ask(`GET /issues/${number}`)).labels.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["orchestrate", "auto:pr-on-complete", "checkin:10m", "budget:45m"]),
  );
  const comments = await scene.comments(number);
  expect(comments.filter(({ body }) => body.startsWith("<!-- orch:status")).length).toBe(1);
  expect(comments.some(({ body }) => body.includes(`#${pull.number}`))).toBe(true);

  async function lifecycle(): Promise<readonly string[]> {
    const { labels: now } = await ask(`GET /issues/${number}`);
    return now.map(({ name }) => name).filter((name) => /^agent:(queued|running|review|done|stalled)$/.test(name));
  }

  async function shows(label: string): Promise<void> {
    await waitFor(`the label ${label}`, async () => (await lifecycle()).join() === label, 30_000);
  }

  async function moves(issue: number): Promise<readonly string[]> {
    const events = await ask<readonly { event: string; label?: { name: string } }[]>(`GET /issues/${issue}/events`);
    return events.flatMap(({ event, label }) =>
      /^agent:(queued|running|review)$/.test(label?.name ?? "")
        ? [`${event === "labeled" ? "+" : "-"}${label?.name ?? ""}`]
        : [],
    );
  }
});
