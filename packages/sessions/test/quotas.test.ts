import { randomInt } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { RunLimits, SessionExit, SessionSpec } from "@orch/core";
import { waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { checkSandboxes } from "../src/index.ts";
import { commandLineOf, listProcesses, programOf } from "../src/processes/process-table.ts";
import { actor, openBench } from "./bench.ts";

type Bench = Awaited<ReturnType<typeof openBench>>;

const forever = new AbortController().signal;
const checks = await checkSandboxes();
const modes = (["none", "bwrap", "srt"] as const).filter((mode) => mode === "none" || checks[mode].works);
const MEBIBYTE = 1024 * 1024;
const LONG_MS = 60_000;

async function specFor(
  bench: Bench,
  mode: (typeof modes)[number],
  { words, limits }: { readonly words: readonly string[]; readonly limits: Partial<RunLimits> },
): Promise<SessionSpec> {
  const own = join(bench.home, "own");
  await mkdir(own, { recursive: true });
  const spec = bench.spec(actor(...words));
  const read = [dirname(process.execPath), import.meta.dirname];
  const sandbox = { mode, write: [own], hide: [], read, network: false };
  return { ...spec, sandbox, limits: { ...spec.limits, ...limits } };
}

/** Should the product hold nothing, these do: the disk is others' too. */
const ownBound = existsSync("/usr/bin/prlimit") ? ["/usr/bin/prlimit", `--fsize=${64 * MEBIBYTE}`, "--"] : [];

async function endOf(bench: Bench, spec: SessionSpec): Promise<SessionExit> {
  await bench.sessions.start(spec);
  const end = await bench.sessions.wait(spec.id, forever);
  if (end.state !== "exited") throw new Error(end.why);
  return end.exit;
}

describe.each(modes)("in the sandbox %s", (mode) => {
  test("a crowd of processes is ended, all of it", { timeout: LONG_MS }, async () => {
    const bench = await openBench("process");
    // By this figure they are known.
    const seconds = `60.${randomInt(1e9)}`;
    const limits = { processes: 40 };
    const exit = await endOf(bench, await specFor(bench, mode, { words: ["crowd", "120", seconds], limits }));
    expect(exit).toMatchObject({
      cause: "quota",
      detail: expect.stringMatching(/^It had \d+ processes; 40 are/) as unknown,
    });
    expect(exit.peak?.processes).toBeGreaterThan(40);
    await waitFor(
      "the crowd to be gone",
      () => !listProcesses().some(({ pid }) => commandLineOf(pid).includes(seconds)),
    );
  });

  test("a hoard of memory is ended", { timeout: LONG_MS }, async () => {
    const bench = await openBench("process");
    const limits = { memoryBytes: 300 * MEBIBYTE };
    const exit = await endOf(bench, await specFor(bench, mode, { words: ["hoard", String(500 * MEBIBYTE)], limits }));
    expect(exit).toMatchObject({
      cause: "quota",
      detail: expect.stringMatching(/^It held \d+ MiB of memory; 300 MiB/) as unknown,
    });
    expect(exit.peak?.memoryBytes).toBeGreaterThan(300 * MEBIBYTE);
  });

  test("a file of 10 GB grows no larger than it may", { timeout: LONG_MS }, async () => {
    const bench = await openBench("process", ownBound);
    const file = join(bench.home, "own", "large");
    const huge = ["grow", file, String(10 * 1024 * MEBIBYTE)];
    const exit = await endOf(bench, await specFor(bench, mode, { words: huge, limits: { fileBytes: MEBIBYTE } }));
    expect(exit).toMatchObject({ cause: "quota", detail: `It wrote a file of more than ${MEBIBYTE} bytes.` });
    expect(statSync(file).size).toBe(MEBIBYTE);
    const words = ["grow", file, String(8 * MEBIBYTE)];
    const free = await specFor(bench, mode, {
      words,
      limits: { fileBytes: 16 * MEBIBYTE, memoryBytes: 0, processes: 40 },
    });
    expect(await endOf(bench, free)).toMatchObject({ cause: "exited", code: 0 });
  });
});

test("what a session holds is told while it runs, and who outlived it when it has ended", async () => {
  const bench = await openBench("process");
  const hanging = bench.spec(bench.actor("hang"));
  await bench.sessions.start(hanging);
  const probe = await waitFor(
    "the first count",
    async () => {
      const found = await bench.sessions.probe(hanging.id);
      return found.state === "running" && found.load !== undefined ? found : undefined;
    },
    20_000,
  );
  expect(probe.load).toMatchObject({ processes: 1, memoryBytes: expect.any(Number) as unknown });
  expect((await bench.sessions.list())[0]?.load).toEqual(probe.load);
  await bench.sessions.stop(hanging.id, { mode: "kill", why: "seen" });
  const leaving = bench.spec(bench.actor("escape"));
  const exit = await endOf(bench, leaving);
  expect(exit).toMatchObject({ survivors: 1 });
  if (existsSync("/proc/self/comm")) expect(exit.left).toEqual([programOf(process.pid)]);
});
