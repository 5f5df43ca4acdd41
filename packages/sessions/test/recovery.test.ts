import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { silentLogger, systemClock, systemRandom } from "@orch/core";
import { programWorks, tempFolder, waitFor } from "@orch/testing";
import { expect, onTestFinished, test, vi } from "vitest";

import { createSessions, readSessionEvents } from "../src/index.ts";
import { findProcess } from "../src/processes/process-table.ts";
import { openBench } from "./bench.ts";

const forever = new AbortController().signal;

test("a daemon that died between its claim and the start does not block the session", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "3"));
  await mkdir(spec.folder, { recursive: true });
  const dead = { pid: 2 ** 22 + 1, started: "never" };
  await writeFile(join(spec.folder, "claim.json"), JSON.stringify({ nonce: "old", at: 0, by: dead }));
  expect(await bench.sessions.probe(spec.id)).toEqual({ state: "absent" });
  await bench.sessions.start(spec);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 3 } });
});

test("a daemon that died a moment ago, with its claim still fresh, does not delay the session", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "3"));
  await mkdir(spec.folder, { recursive: true });
  const dead = { pid: 2 ** 22 + 1, started: "never" };
  const at = systemClock.now() + 3_600_000;
  await writeFile(join(spec.folder, "claim.json"), JSON.stringify({ nonce: "old", at, by: dead }));
  await bench.sessions.start(spec);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 3 } });
});

test.each(programWorks("tmux", ["-V"]) ? (["process", "tmux"] as const) : (["process"] as const))(
  "a supervisor that is killed while it starts is started again (%s)",
  async (host) => {
    const marker = join(await tempFolder(), "died");
    const bench = await openBench(host, [
      process.execPath,
      join(import.meta.dirname, "fixtures", "die-once.mjs"),
      marker,
    ]);
    const spec = bench.spec(bench.actor("exit", "3"));
    await bench.sessions.start(spec);
    expect(existsSync(marker)).toBe(true);
    expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 3 } });
  },
);

test("a process whose supervisor is killed in the moment of its start is ended, though nothing marks it yet", async () => {
  const folder = await tempFolder("late");
  const lateStart = join(import.meta.dirname, "fixtures", "late-start.mjs");
  const bench = await openBench("process", [process.execPath, lateStart, folder]);
  const spec = bench.spec(bench.actor("hang"));
  await bench.sessions.start(spec);
  const pid = Number(await readFile(join(folder, "pid"), "utf8"));
  expect(findProcess(pid)).toBeDefined();
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ state: "lost" });
  expect(findProcess(pid)).toBeUndefined();
});

test("a message that is lost with its supervisor is refused", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("hang"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  const probe = await bench.sessions.probe(spec.id);
  const sent = bench.sessions.send(spec.id, { id: "m", from: "ada", text: "never heard" });
  process.kill(probe.state === "running" ? probe.pid : 0, "SIGSTOP");
  process.kill(probe.state === "running" ? probe.pid : 0, "SIGKILL");
  expect(await sent).toEqual({ outcome: "refused", why: "the session has ended" });
});

test("releasing a session whose supervisor was killed leaves no socket, no entry and no draft", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("hang"));
  await bench.sessions.start(spec);
  const probe = await bench.sessions.probe(spec.id);
  process.kill(probe.state === "running" ? probe.pid : 0, "SIGKILL");
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ state: "lost" });
  const draft = `claim.json.${2 ** 22 + 1}.tmp`;
  await writeFile(join(spec.folder, draft), "{");
  await writeFile(join(bench.home, "run", "sessions", draft), "{");
  await bench.sessions.release(spec.id);
  expect(await readdir(spec.folder)).not.toContain(draft);
  await bench.reopen();
  for (const folder of ["sockets", "sessions"]) expect(await readdir(join(bench.home, "run", folder))).toEqual([]);
});

test("a flood is kept once: the raw capture and the transcript hold its beginning", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("flood", "20000000"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 0, outputBytes: 20_000_000 } });
  const size = async (name: string): Promise<number> => (await stat(join(spec.folder, name))).size;
  expect(await size("capture.log")).toBe(4 * 1024 * 1024);
  expect(await size("transcript.log")).toBeLessThan(4 * 1024 * 1024 + 200);
});

test("a claim file that makes no sense does not block it either", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "3"));
  await mkdir(spec.folder, { recursive: true });
  await writeFile(join(spec.folder, "claim.json"), "{ half a");
  await bench.sessions.start(spec);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 3 } });
});

test("a supervisor that can't start is reported with what it said, and may be started again", async () => {
  const home = await tempFolder();
  const draft = "require('fs').writeFileSync(`${process.argv[1]}/state.json.${process.pid}.tmp`, '{')";
  const broken = { argv: [process.execPath, "-e", `${draft}; console.error('no good'); process.exit(9)`] };
  const options = { home, clock: systemClock, random: systemRandom, logger: silentLogger };
  const sessions = await createSessions({ ...options, supervisor: broken });
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "3"));
  await expect(sessions.start(spec)).rejects.toMatchObject({
    code: "session_failed",
    details: { log: expect.stringContaining("no good") as unknown },
  });
  expect(await sessions.list()).toEqual([]);
  expect((await readdir(spec.folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  await bench.sessions.start(spec);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 3 } });
});

test("a home with a long path works", async () => {
  const bench = await openBench("process");
  // The short folder that takes the sockets is made below the temporary one.
  vi.stubEnv("TMPDIR", bench.home);
  onTestFinished(() => void vi.unstubAllEnvs());
  const home = join(bench.home, "a-very-long-folder-name".repeat(5), "and-more".repeat(10));
  await mkdir(home, { recursive: true });
  const argv = [process.execPath, join(import.meta.dirname, "supervisor-entry.ts")];
  const options = { home, clock: systemClock, random: systemRandom, logger: silentLogger };
  const sessions = await createSessions({ ...options, supervisor: { argv } });
  const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol, host: "auto" });
  await sessions.start(spec);
  expect(await sessions.send(spec.id, { id: "m", from: "ada", text: "finish" })).toEqual({ outcome: "delivered" });
  expect(await sessions.wait(spec.id, forever)).toMatchObject({ exit: { code: 0 } });
  await sessions.release(spec.id);
  await sessions[Symbol.asyncDispose]();
});

test("a program may open its own output by name", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("write", "/dev/stdout"));
  await bench.sessions.start(spec);
  await bench.sessions.wait(spec.id, forever);
  let text = "";
  for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "output") text += event.text;
  expect(text).toBe("writtenwritten\n");
});

test("a half-written last line is not an event", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("exit", "0"));
  await bench.sessions.start(spec);
  await bench.sessions.wait(spec.id, forever);
  const file = join(spec.folder, "events.jsonl");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.slice(0, -20));
  const kinds: string[] = [];
  for await (const event of bench.sessions.follow(spec.id, { after: 0, signal: forever })) kinds.push(event.kind);
  expect(kinds).toEqual(["started"]);
});

test.runIf(process.platform === "linux")(
  "100 MB of output do not grow the supervisor",
  async () => {
    const bench = await openBench("process");
    const spec = bench.spec(bench.actor("deluge", "100000000"));
    await bench.sessions.start(spec);
    const probe = await bench.sessions.probe(spec.id);
    const pid = probe.state === "running" ? probe.pid : 0;
    expect(findProcess(pid)).toBeDefined();
    let bytes = 0;
    const enough = new AbortController();
    for await (const event of bench.sessions.follow(spec.id, { after: 0, signal: enough.signal })) {
      if (event.kind === "output") bytes += event.text.length;
      if (bytes === 100_000_000) enough.abort();
    }
    const peak = await waitFor(
      "the figure",
      () => /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1],
    );
    expect(Number(peak)).toBeLessThan(250_000);
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
  },
  120_000,
);
