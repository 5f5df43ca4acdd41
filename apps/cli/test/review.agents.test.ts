/** Each real agent program reviews: it reads the change in its clone, can't write there, and answers by the schema. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { checkSandboxes } from "@orch/sessions";
import { startModelServer, tempFolder, waitFor, type ModelServer } from "@orch/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { openGitHubBench, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";
import { realAgents } from "./real-agents.ts";

const working = await checkSandboxes();

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: {}, waitTimeoutMs: 120_000 });
});
afterAll(() => models[Symbol.asyncDispose]());

describe.runIf(working.srt.works).each(realAgents)("$name as reviewer", (agent) => {
  test.skipIf(agent.program === undefined)("finds what is wrong, and changes nothing", async () => {
    const place = `review-${agent.name}-${randomUUID()}`;
    const issue = { file: "a.txt", line: 1, severity: "error", description: "Poison. Please put two in a.txt" };
    const answer = { id: "", decision: "request_changes", notes: "Nearly.", test_results: "pass", issues: [issue] };
    models.addScenario(place, {
      turns: [
        [
          { do: "gate", name: place },
          { do: "shell", command: "git diff HEAD~1 HEAD" },
        ],
        [{ do: "shell", command: "printf tam%s pered >a.txt; cat a.txt" }],
        [{ do: "report", json: answer }],
      ],
    });
    const home = await tempFolder("login");
    if (agent.login !== undefined) await writeFile(join(home, agent.login.file), agent.login.text);
    const reviewer = { command: [agent.program], home, ...agent.config(models.urlOf(place)) };
    const scene = await openGitHubBench({
      config: {
        agents: { obedient: fixtureAgent("obeys"), [agent.name]: reviewer },
        router: { agents: ["obedient"] },
        workflow: { enable_review_agent: true, max_review_cycles: 1 },
      },
    });
    onTestFinished(() => scene[Symbol.asyncDispose](), 60_000);
    const { bench, ask } = scene;
    await scene.serve();
    await bench.result("init");
    await ask("POST /issues", { title: "Add a file", body: "Please put poison in a.txt.", labels: ["orchestrate"] });

    const asked = await models.waitForRequest(place, ({ side }) => side === undefined);
    const [, id = ""] = /exactly `([^`]+)`/.exec(asked.prompt) ?? [];
    answer.id = id;
    const { sessions } = await bench.result("task live", []);
    expect(sessions).toMatchObject([{ purpose: "review" }]);
    models.release(place);

    const pull = await scene.pull();
    const reviews = await waitFor(
      "a review",
      async () => {
        const found = await ask<readonly Answer[]>(`GET /pulls/${pull.number}/reviews`);
        return found.length > 0 && found;
      },
      120_000,
    );
    expect(reviews[0]?.body).toContain("Automated Review — Changes Requested");
    expect(reviews[0]?.body).toContain(`By ${agent.name} (of another model family`);
    const comments = await ask<readonly Answer[]>(`GET /pulls/${pull.number}/comments`);
    expect(comments).toMatchObject([{ path: "a.txt", line: 1 }]);
    const requests = models.requests(place).filter(({ side }) => side === undefined);
    expect(requests.some(({ text }) => text.includes("+poison"))).toBe(true);
    expect(requests.some(({ text }) => text.includes("tampered"))).toBe(false);
    // An agent that takes a schema is held to the review's.
    const held = JSON.stringify(asked.body["text"] ?? "test_results");
    expect(held).toContain("test_results");
  });
});
