import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

test(
  "a branch that the repository's rules refused is pushed by a retry once they let it in, and no agent runs for it",
  { timeout: 120_000 },
  async () => {
    await using scene = await openGitHubBench({
      config: { agents: { obedient: fixtureAgent("obeys") }, branch: { template: "job-{id}" } },
    });
    const { bench, ask } = scene;
    const guard = { required_status_checks: null, enforce_admins: true, required_pull_request_reviews: null };
    await scene.serve();
    await bench.result("init");
    const protection = "/branches/job-int-1/protection";
    await ask(`PUT ${protection}`, { ...guard, restrictions: null });
    const { task } = await bench.result("task add", ["Add a file", "--body", "Please put one in a.txt."]);
    const reached = (status: string) =>
      waitFor(
        status,
        async () => {
          const found = await bench.result("task get", [task.id]);
          return found.task.status === status ? found : false;
        },
        60_000,
      );
    expect((await reached("needs_review")).task).toMatchObject({ reason: "push_refused" });
    await ask(`DELETE ${protection}`);
    await bench.result("task retry", [task.id]);
    const pull = await scene.pull();
    const again = await reached("in_review");
    expect(again.task.commit).toBe(pull.head.sha);
    expect(again.attempts).toMatchObject([
      { verdict: { reason: "push_refused" }, commit: pull.head.sha },
      { updates: 1, verdict: { kind: "pass" }, commit: pull.head.sha, usage: { outputTokens: 0 } },
    ]);
    expect(again.attempts[1]?.receipts).toMatchObject([{ check: "there", exitCode: 0 }]);
  },
);
