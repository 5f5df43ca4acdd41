import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

test(
  "a merge waits for what the branch's rules ask for, says so, and is done in a way that they allow",
  { timeout: 120_000 },
  async () => {
    await using scene = await openGitHubBench({
      config: { agents: { obedient: fixtureAgent("obeys") }, merge: { policy: "auto" } },
    });
    const { bench, github, ask } = scene;
    await ask("POST /rulesets", {
      name: "main",
      target: "branch",
      enforcement: "active",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        { type: "required_linear_history" },
        {
          type: "pull_request",
          parameters: {
            allowed_merge_methods: ["merge", "rebase"],
            dismiss_stale_reviews_on_push: true,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_approving_review_count: 1,
            required_review_thread_resolution: false,
          },
        },
        {
          type: "required_status_checks",
          parameters: { required_status_checks: [{ context: "slow" }], strict_required_status_checks_policy: false },
        },
      ],
    });
    await scene.serve();
    await bench.result("init");
    const issue = await ask("POST /issues", {
      title: "Add a file",
      body: "Please put one in a.txt.",
      labels: ["orchestrate"],
    });
    const pull = await scene.pull();
    await github.finishCi(PROJECT, pull.head.sha, { job: "quick", conclusion: "success" });
    await showing({ checks: ["slow"], approvals: 1 });
    const shown = await bench.orch(["task", "get", String(issue.number), "--project", PROJECT]);
    expect(shown.out).toMatch(/Required and missing +the check slow, 1 approving review/);
    await waitFor("the comment to say so", async () =>
      (await scene.comments(issue.number)).some(({ body }) =>
        body.includes("requires what is not there yet: the check slow, 1 approving review"),
      ),
    );
    await github.finishCi(PROJECT, pull.head.sha, { job: "slow", conclusion: "success" });
    await showing({ checks: [], approvals: 1 });
    await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: pull.head.sha, event: "APPROVE" }, "rita");
    await waitFor("the merge", async () => (await ask(`GET /pulls/${pull.number}`)).merged, 60_000);
    const merges = github.requests().filter(({ method, path }) => method === "PUT" && path.endsWith("/merge"));
    expect(merges).toHaveLength(1);

    async function showing(missing: object): Promise<void> {
      const get = async (): Promise<unknown> =>
        (await bench.result("task get", [String(issue.number), "--project", PROJECT])).task.pull?.missing;
      await waitFor("what is missing", async () => JSON.stringify(await get()) === JSON.stringify(missing), 60_000);
      expect(await get()).toEqual(missing);
    }
  },
);
