import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder, waitFor } from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { checkSandboxes } from "../src/index.ts";
import { signal } from "../src/processes/family.ts";
import { findProcess, listProcesses } from "../src/processes/process-table.ts";
import { bwrapArguments } from "../src/sandbox/bwrap-arguments.ts";
import { openBench } from "./bench.ts";

const checks = await checkSandboxes();
const dead = { nonce: "gone", host: "process", pid: 2 ** 22 + 1, started: "never" };

/**
 * What is left of bubblewrap whose supervisor is killed while it starts, and which dies with it: its child, which has no
 * other program yet and waits for a word of its parent.
 */
async function stuckSandbox(folder: string): Promise<number> {
  const tmp = join(folder, "tmp");
  await mkdir(tmp, { recursive: true });
  const rules = { mode: "bwrap", write: [], hide: [], read: [], network: false } as const;
  const args = [
    ...bwrapArguments({ rules, cwd: folder, tmp, hide: [] }),
    "--info-fd",
    "4",
    "--userns-block-fd",
    "3",
    "--",
    "true",
  ];
  const outer = spawn("bwrap", args, {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    env: {},
    detached: true,
  });
  const inner = await waitFor("the child of bubblewrap", () =>
    listProcesses().find(({ parent }) => parent === outer.pid),
  );
  onTestFinished(() => signal(inner.pid, "SIGKILL"));
  outer.kill("SIGKILL");
  await waitFor("bubblewrap to be gone", () => findProcess(outer.pid ?? 0) === undefined);
  return inner.pid;
}

async function deadSession(home: string): Promise<string> {
  const folder = join(home, "attempts", "a-dead-one");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "state.json"), JSON.stringify(dead));
  return folder;
}

describe.runIf(checks.bwrap.works)("a sandbox that waits for a supervisor that was killed", () => {
  test("is ended by the next daemon: that of a dead session of this home, and no other", async () => {
    const bench = await openBench("process");
    const living = bench.spec(bench.actor("hang"));
    await bench.sessions.start(living);
    const [ofDead, ofLiving, elsewhere, ofNobody] = [
      await stuckSandbox(await deadSession(bench.home)),
      await stuckSandbox(living.folder),
      await stuckSandbox(await deadSession(await tempFolder("other-home"))),
      await stuckSandbox(join(bench.home, "not-a-session")),
    ];
    expect(findProcess(ofDead)).toBeDefined();
    await bench.reopen();
    await waitFor("it to be gone", () => findProcess(ofDead) === undefined);
    expect([ofLiving, elsewhere, ofNobody].filter((pid) => findProcess(pid) === undefined)).toEqual([]);
  });

  test("is ended with its session, when that is found lost", async () => {
    const bench = await openBench("process");
    const spec = bench.spec(bench.actor("hang"));
    await bench.sessions.start(spec);
    const pid = await stuckSandbox(spec.folder);
    const probe = await bench.sessions.probe(spec.id);
    signal(probe.state === "running" ? probe.pid : 0, "SIGKILL");
    expect(findProcess(pid)).toBeDefined();
    expect(await bench.sessions.wait(spec.id, new AbortController().signal)).toMatchObject({ state: "lost" });
    expect(findProcess(pid)).toBeUndefined();
  });
});
