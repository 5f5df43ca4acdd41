/** What each real agent program tells of the commands that it ran is read for what it may not do. */
import { resultSchemas } from "@orch/api/schemas";
import { startModelServer, type ModelServer, type Scenario } from "@orch/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openRealBench } from "./agent-bench.ts";
import { realAgents } from "./real-agents.ts";

const COMMAND = "printf 'one\\n' > one.txt; cd . && sudo -n true || echo 'sudo is not for me'";

const oversteps: Scenario = {
  turns: [
    [{ do: "shell", command: COMMAND }],
    [{ do: "report", json: { status: "done", summary: "wrote a file", files: ["one.txt"] } }],
  ],
};

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: { oversteps } });
});
afterAll(() => models[Symbol.asyncDispose]());

describe.each(realAgents)("what $name ran", (agent) => {
  test.skipIf(agent.program === undefined)("shows a forbidden command, and a person has to look", async () => {
    const scenario = `oversteps-${agent.name}`;
    models.addScenario(scenario, oversteps);
    const bench = await openRealBench(models, { agent, scenario, sandbox: "none" });
    await bench.orch("run", "Write a file");
    const { task, attempts } = resultSchemas["task get"].parse(
      JSON.parse((await bench.orch("task", "get", "int-1", "--json")).out),
    );
    expect(task).toMatchObject({ status: "needs_review", reason: "safety_violation" });
    expect(task.detail).toContain("(sudo|doas)");
    expect(attempts).toHaveLength(1);
  });
});
