/** `orch doctor --smoke` with the real agent programs, against a scripted model. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { checkSandboxes } from "@orch/sessions";
import { startModelServer, tempFolder, type ModelServer, type Scenario } from "@orch/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { openOrchBench } from "./orch-bench.ts";
import { realAgent, realAgents, type RealAgent } from "./real-agents.ts";

const LONG_MS = 240_000;
const working = await checkSandboxes();
const done = { do: "report", json: { status: "done", summary: "Put the hash into answer.txt" } } as const;
const putsHash = 'sed -i "s/UNKNOWN/$(git hash-object proof.txt)/" answer.txt';

/** What the model does, and what comes of it. */
const works: Scenario = { turns: [[{ do: "shell", command: putsHash }], [done]] };
const failures: Readonly<Record<string, { readonly scenario: Scenario; readonly reason: string }>> = {
  "a wrong key": { scenario: { turns: [[{ do: "error", kind: "auth", times: "forever" }]] }, reason: "auth" },
  "a usage limit": {
    scenario: { turns: [[{ do: "error", kind: "usage_limit", times: "forever", resetAt: 1_995_234_800 }]] },
    reason: "usage_limited",
  },
  "a lie": { scenario: { turns: [[done]] }, reason: "no_changes" },
};

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: {}, waitTimeoutMs: 120_000 });
});
afterAll(() => models[Symbol.asyncDispose]());

/** Tries one agent with a model of its own, in a home of its own; what is left of the trial comes along. */
async function tryOut(agent: RealAgent, scenario: Scenario) {
  const bench = await openOrchBench({});
  onTestFinished(() => bench[Symbol.asyncDispose](), 60_000);
  const place = `smoke-${randomUUID()}`;
  models.addScenario(place, scenario);
  const home = await tempFolder("login");
  if (agent.login !== undefined) await writeFile(join(home, agent.login.file), agent.login.text);
  const login = agent.login === undefined ? {} : { home };
  const settings = { command: [agent.program], ...login, ...agent.config(models.urlOf(place)) };
  await writeFile(join(bench.home, "config.yml"), JSON.stringify({ agents: { [agent.name]: settings } }));
  const temporary = join(bench.root, "t");
  await mkdir(temporary);
  const { smoke } = await bench.result("doctor", ["--smoke"], { env: { TMPDIR: temporary } });
  return {
    smoke,
    row: smoke?.agents[0],
    keys: new Set(models.requests(place).map((request) => request.key)),
    left: await readdir(temporary),
  };
}

describe.runIf(working.srt.works)("each agent", () => {
  test.each(realAgents.filter(({ program }) => program !== undefined))(
    "$name does it",
    { timeout: LONG_MS },
    async (agent) => {
      const { smoke, row, keys, left } = await tryOut(agent, works);
      expect(row).toMatchObject({
        agent: agent.name,
        state: "ok",
        proved: ["result", "check", "report", "exit_record", "keyless"],
        confinement: { sandbox: "srt", network: "filtered", credentials: "masked" },
      });
      expect(smoke?.ok).toBe(true);
      // The service saw the real key; nothing that was left held it, which `keyless` has looked at.
      expect([...keys]).toEqual([agent.key]);
      if (agent.untold?.includes("usage") !== true) expect(row?.usage?.outputTokens).toBeGreaterThan(0);
      expect(left).toEqual([]);
    },
  );
});

const claude = realAgent("claude");

describe.runIf(working.srt.works && claude.program !== undefined)("what stands in the way of claude is told", () => {
  test.each(Object.entries(failures))("%s", { timeout: LONG_MS }, async (_, { scenario, reason }) => {
    const { smoke, row, left } = await tryOut(claude, scenario);
    expect(row).toMatchObject({ state: "failed", reason, hint: expect.stringMatching(/^[A-Z]/) as string });
    expect(smoke?.ok).toBe(false);
    expect(left).toEqual([]);
  });

  test("no login at all", { timeout: LONG_MS }, async () => {
    const { login: _, ...bare } = claude;
    const { row, keys } = await tryOut(bare, works);
    expect(row).toMatchObject({ state: "not_ready", reason: "logged_out", proved: [] });
    expect([...keys]).toEqual([]);
  });
});
