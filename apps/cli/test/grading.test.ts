import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

function replay(name: string): object {
  return { driver: "replay", options: { recording: join(import.meta.dirname, "fixtures", `${name}.json`) } };
}

async function openHouse(config: object): Promise<OrchBench> {
  const bench = await openOrchBench({ config: { retry: { base_seconds: 1, max_seconds: 1 }, ...config } });
  await bench.orch(["init"]);
  await bench.serve();
  return bench;
}

describe.concurrent("what an agent may not do", () => {
  test("a forbidden command brings a person, who may take the result all the same", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({ agents: { bold: replay("oversteps") } });
    await bench.result("task add", ["Install", "--check", "test -f installed.txt"]);
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task.reason).toBe("safety_violation");
    expect(task.detail).toMatch(/^The agent ran `bash -c sudo .*` \(sudo\|doas\)/);
    expect(attempts[0]?.receipts.map(({ ok }) => ok)).toEqual([true]);
    expect(attempts[0]?.grade).toMatchObject({ outcome: "safety_violation", nextAction: "escalate" });
    expect((await bench.orch(["task", "get", "int-1"])).out).toContain("! Against the policy (sudo|doas): bash -c");
    await bench.result("task merge", ["int-1"]);
    await bench.reaches("int-1", "done");
  });

  test("publishing is orch's work, unless a person allows it", { timeout: LONG_MS }, async () => {
    await using strict = await openHouse({ agents: { bold: replay("oversteps") } });
    await strict.result("task add", ["Publish"]);
    expect((await strict.reaches("int-1", "needs_review")).task).toMatchObject({
      reason: "agent_push_disallowed",
      detail: "The agent ran `git push nowhere HEAD` (git push|send-pack).",
    });
    await using lax = await openHouse({
      agents: { bold: replay("oversteps") },
      workflow: { allow_agent_push: true },
    });
    await lax.result("task add", ["Publish"]);
    await lax.reaches("int-1", "in_review");
  });
});
