/** `orch doctor --smoke`: each agent does a small job, orch looks itself, and nothing is left. */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";

import type { CommandResults } from "@orch/api";
import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { confining, fixtureAgent, openOrchBench, type OrchBench, type OrchPlace } from "./orch-bench.ts";

const LONG_MS = 240_000;
const KEY = "word-of-the-own-key";

type Smoke = NonNullable<CommandResults["doctor"]["smoke"]>;

/** A folder for temporary files that is looked at afterwards: nothing may be left in it. */
async function place(bench: OrchBench): Promise<OrchPlace & { readonly left: () => Promise<readonly string[]> }> {
  const temporary = join(bench.root, "t");
  await mkdir(temporary);
  return { env: { TMPDIR: temporary, OWN_KEY: KEY }, left: () => readdir(temporary) };
}

async function smokeOf(bench: OrchBench, args: readonly string[] = [], where?: OrchPlace): Promise<Smoke> {
  const { smoke } = await bench.result("doctor", ["--smoke", ...args], where);
  if (smoke === undefined) throw new Error("there is no trial");
  return smoke;
}

const all = ["result", "check", "report", "exit_record", "keyless"];

test("each agent is tried, and what orch finds itself is told", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({
    config: {
      agents: {
        honest: { ...fixtureAgent("hashes", "honest"), env: { OWN_API_KEY: "${OWN_KEY}" } },
        liar: fixtureAgent("hashes", "lies"),
        guesser: fixtureAgent("hashes", "guesses"),
        mute: fixtureAgent("hashes", "mute"),
        "wrong-key": fixtureAgent("limited", "auth", "9"),
        spent: fixtureAgent("limited", "usage", "9"),
        absent: { driver: "command", command: ["no-such-agent"] },
      },
    },
  });
  const where = await place(bench);
  await bench.serve(where);
  const smoke = await smokeOf(bench, [], where);
  const rows = Object.fromEntries(smoke.agents.map(({ agent, ...row }) => [agent, row]));
  expect(smoke).toMatchObject({ ok: false, limits: { seconds: 300, costUsd: 1 } });
  expect(rows["honest"]).toMatchObject({ state: "ok", driver: "command", proved: all });
  expect(rows["honest"]?.seconds).toBeGreaterThan(0);
  expect(rows["honest"]?.confinement?.sandbox).toBe(confining ? "srt" : "none");
  expect(rows["liar"]).toMatchObject({ state: "failed", reason: "no_changes" });
  expect(rows["guesser"]).toMatchObject({ state: "failed", reason: "wrong_result" });
  expect(rows["mute"]).toMatchObject({ state: "failed", reason: "no_report" });
  expect(rows["wrong-key"]).toMatchObject({ state: "failed", reason: "auth" });
  expect(rows["spent"]).toMatchObject({ state: "failed", reason: "usage_limited" });
  expect(rows["absent"]).toMatchObject({ state: "not_ready", reason: "not_installed", proved: [] });
  for (const { state, hint } of smoke.agents) if (state === "failed") expect(hint).toMatch(/^[A-Z]/);

  // The running daemon knows nothing of it, and nothing is left.
  expect((await bench.client.call("task list", { all: true })).tasks).toEqual([]);
  expect((await bench.client.call("project list", {})).projects).toEqual([]);
  expect(await where.left()).toEqual([]);
  expect(await bench.processes(join(bench.root, "t", "orch-"))).toEqual([]);
});

test("says before what it does, and afterwards what came of it", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({
    config: {
      agents: {
        honest: fixtureAgent("hashes", "honest"),
        tape: {
          driver: "replay",
          options: { recording: join(import.meta.dirname, "fixtures", "hashes.json"), pace: 0 },
        },
        absent: { driver: "command", command: ["no-such"] },
      },
    },
  });
  const where = await place(bench);
  const ran = await bench.orch(["doctor", "--smoke", "--max-seconds", "60", "--max-cost", "0.25"], where);
  expect(ran.err).toContain("A small job for honest, tape: run a command, edit a file, report.");
  expect(ran.err).toContain("at most 60 s and $0.25 for each agent");
  expect(ran.out).toMatch(/✓ honest +did it: .*\n +\d+\.\d s, tokens: not reported\n/);
  expect(ran.out).toMatch(/✓ tape +did it: .*\n +\d+\.\d s, replay, tokens: 1200 in, 80 out, \$0\.0200\n/);
  expect(ran.out).toMatch(/! absent +not installed, so it was not tried\n/);
  expect(ran.code).toBe(0);
  // Whoever names an agent wants to know it.
  expect(await bench.orch(["doctor", "--smoke", "--agent", "absent"], where)).toMatchObject({ code: 1 });
  expect(await bench.failure(["doctor", "--smoke", "--agent", "nobody"], where)).toMatchObject({
    exit: 2,
    code: "agent_unknown",
  });
  expect(await where.left()).toEqual([]);
});

test("a key that is left somewhere is told of, with the place", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({
    config: {
      sandbox: { mode: "none" },
      agents: { leaker: { ...fixtureAgent("hashes", "leaks"), env: { OWN_API_KEY: "${OWN_KEY}" } } },
    },
  });
  const where = await place(bench);
  const { agents } = await smokeOf(bench, [], where);
  expect(agents).toMatchObject([{ state: "failed", reason: "key_left", proved: all.slice(0, 4) }]);
  expect(agents[0]?.detail).toContain("notes.txt");
});

test("an agent that takes too long is stopped", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({ config: { agents: { slow: fixtureAgent("hashes", "waits") } } });
  const where = await place(bench);
  const { agents } = await smokeOf(bench, ["--max-seconds", "10"], where);
  expect(agents).toMatchObject([
    { state: "failed", reason: "wall_timeout", hint: "Give it more time: --max-seconds." },
  ]);
  expect(await where.left()).toEqual([]);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it, and nothing is left", { timeout: LONG_MS }, async (signal) => {
  await using bench = await openOrchBench({ config: { agents: { slow: fixtureAgent("hashes", "waits") } } });
  const where = await place(bench);
  const running = bench.start(["doctor", "--smoke"], where);
  await running.printed("A small job for slow");
  const atWork = async (): Promise<boolean> =>
    (await bench.processes("hashes.mjs")).some((line) => line.includes("waits"));
  await waitFor("the agent to be at work", atWork, 60_000);
  running.send(signal);
  const { code, err } = await running.end;
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining("nothing of it is left") as unknown });
  expect(await where.left()).toEqual([]);
  expect(await bench.processes(join(bench.root, "t", "orch-"))).toEqual([]);
});

test.each([
  [["doctor", "--agent", "x"]],
  [["doctor", "--max-seconds", "20"]],
  [["doctor", "--smoke", "--max-cost", "0"]],
  [["doctor", "--smoke", "--max-cost", "much"]],
])("%j is refused before anything happens", async (args) => {
  await using bench = await openOrchBench({});
  expect(await bench.failure(args)).toMatchObject({ exit: 2, code: "usage" });
});
