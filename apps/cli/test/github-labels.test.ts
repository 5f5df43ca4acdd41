import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;

test(
  "the label of somebody with the role triage opts nobody's issue in: it waits until somebody who may write wants it",
  { timeout: LONG_MS },
  async () => {
    await using scene = await openGitHubBench({
      config: { agents: { obedient: fixtureAgent("obeys") } },
      options: { people: { rita: "write", tom: "triage" } },
    });
    const { bench, ask } = scene;
    await scene.serve();
    await bench.result("init");
    const issues = [
      await ask("POST /issues", { title: "Add a file", body: "Please put one in a.txt." }),
      await ask("POST /issues", { title: "Add it again", body: "Please put two in a.txt." }, "rita"),
    ];
    const waiting = async (number: number): Promise<string> => {
      const command = await waitFor("the issue to wait", async () => {
        const texts = (await scene.comments(number)).map(({ body }) => body);
        return (
          /put on by somebody who may not write[^`]*`(\/approve [0-9a-f]{12})`/.exec(texts.join("\n"))?.[1] ?? false
        );
      });
      expect((await bench.result("task list", ["--project", PROJECT])).tasks.map(({ id }) => id)).not.toContain(
        String(number),
      );
      return command;
    };
    const [first, second] = issues.map(({ number }) => number);
    if (first === undefined || second === undefined) expect.fail("there are two issues");
    for (const number of [first, second])
      await ask(`POST /issues/${number}/labels`, { labels: ["orchestrate"] }, "tom");
    await ask(`POST /issues/${first}/comments`, { body: await waiting(first) }, "rita");
    expect((await scene.pull()).draft, "its author may write").toBe(false);

    await waiting(second);
    await ask(`DELETE /issues/${second}/labels/orchestrate`, undefined, "rita");
    await ask(`POST /issues/${second}/labels`, { labels: ["orchestrate"] }, "rita");
    await scene.pull(undefined, `gh-task-${second}-add-it-again`);
  },
);
