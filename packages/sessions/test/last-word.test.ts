import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SessionExit } from "@orch/core";
import { expect, test } from "vitest";

import { openBench } from "./bench.ts";

const forever = new AbortController().signal;
const LONG_MS = 60_000;
const KILLS = 8;

test(
  "a supervisor that is killed at its final event leaves the end that viewers saw",
  { timeout: LONG_MS },
  async () => {
    const bench = await openBench("process");
    for (let kill = 0; kill < KILLS; kill += 1) {
      const spec = bench.spec(bench.actor("exit", String(kill)));
      await bench.sessions.start(spec);
      const probe = await bench.sessions.probe(spec.id);
      let seen: SessionExit | undefined;
      for await (const event of bench.sessions.follow(spec.id, { after: 0, signal: forever })) {
        if (event.kind !== "exit") continue;
        seen = event.exit;
        if (probe.state === "running") killIfThere(probe.pid);
      }
      expect(seen?.code).toBe(kill);
      expect(await bench.sessions.wait(spec.id, forever)).toEqual({ state: "exited", exit: seen });
    }
  },
);

test("an end without its record is told by every daemon, and its record is there again", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "3"));
  await bench.sessions.start(spec);
  const end = await bench.sessions.wait(spec.id, forever);
  const record = join(spec.folder, "exit.json");
  const text = readFileSync(record, "utf8");
  for (const left of [undefined, text.slice(0, 20)]) {
    rmSync(record);
    if (left !== undefined) writeFileSync(record, left);
    const next = await bench.reopen();
    await next.start(spec);
    expect(await next.wait(spec.id, forever)).toEqual(end);
    expect(JSON.parse(readFileSync(record, "utf8"))).toEqual(JSON.parse(text));
  }
});

test("a final event that was half written tells nothing", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "3"));
  await bench.sessions.start(spec);
  await bench.sessions.wait(spec.id, forever);
  rmSync(join(spec.folder, "exit.json"));
  const events = join(spec.folder, "events.jsonl");
  truncateSync(events, readFileSync(events).length - 20);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ state: "lost" });
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself: that is one of the moments too.
  }
}
