import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { connect, type Client } from "@orch/api";
import { homePaths } from "@orch/config";
import { gitRepository, plantedSecrets, tempFolder, waitFor } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { processesOf } from "./kills/census.ts";
import { startDaemon } from "./kills/daemon-process.ts";
import { kill } from "./kills/world.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
/** What keeps the words of agents and checks as they were, for the daemon's eyes (docs/security.md), and git. */
const RAW = new Set([
  "events.jsonl",
  "transcript.log",
  "capture.log",
  "stderr.txt",
  "stdout.txt",
  "report.json",
  "secrets.json",
]);

/** What is seen of the first live session, from its first event to its last; calls `seen` when it has begun to speak. */
async function followFirst(client: Client, seen: () => Promise<void>): Promise<readonly unknown[]> {
  const session = await waitFor("a session", async () => (await client.call("task live", {})).sessions[0], 60_000);
  const events: unknown[] = [];
  for await (const event of client.sessionEvents(session.id, { after: 0, signal: AbortSignal.timeout(100_000) })) {
    events.push(event);
    if (events.length === 10) await seen();
  }
  return events;
}

/** Everything that a client can read of two tasks. */
async function readSinks(client: Client, folder: string): Promise<Readonly<Record<string, unknown>>> {
  const sinks: Record<string, unknown> = {};
  for (const task of ["int-1", "int-2"]) {
    const whole = await client.call("task get", { folder, task });
    sinks[`task get ${task}`] = whole;
    sinks[`task log ${task}`] = await client.call("task log", { folder, task });
  }
  sinks["task list"] = await client.call("task list", { folder, all: true });
  const stop = new AbortController();
  const { lastEvent } = await client.health();
  const stored: unknown[] = [];
  for await (const event of client.events({ after: 0, signal: stop.signal })) {
    stored.push(event);
    if (event.seq >= lastEvent) stop.abort();
  }
  sinks["events"] = stored;
  return sinks;
}

/** Every file below the home that is no raw capture. */
async function readFiles(home: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const ours = !/\/(?:worktrees|repositories|repos|mirrors|cache|own)\//.test(`${path.slice(home.length)}/`);
    if (entry.isFile() && ours && !RAW.has(basename(path)))
      files[path.slice(home.length)] = await readFile(path, "latin1");
  }
  return files;
}

test("no kind of secret that agents and checks say leaves by any way", { timeout: 240_000 }, async () => {
  const home = await tempFolder("sinks");
  const repository = await gitRepository({ "README.md": "# sample\n" });
  const list = join(await tempFolder("list"), "secrets.json");
  const planted = Object.entries(plantedSecrets);
  await writeFile(list, JSON.stringify(planted.map(([, { text }]) => text)));
  const program = (name: string): string => JSON.stringify([process.execPath, join(FIXTURES, name), list]);
  await writeFile(
    join(home, "config.yml"),
    [
      `projects: [${JSON.stringify(repository.path)}]`,
      `agents: {leaker: {driver: command, command: ${program("leaking-agent.mjs")}}}`,
      `checks: [{name: says, run: ${program("leaking-check.mjs")}}]`,
      "workflow: {max_attempts: 1}",
      "sandbox: {mode: none}",
      "",
    ].join("\n"),
  );
  const daemon = startDaemon(home);
  onTestFinished(async () => {
    await daemon.end("SIGKILL");
    for (const { pid } of processesOf(home)) kill(pid);
  });
  await daemon.ready();
  const client = connect({ socketPath: homePaths(home).socket });
  const folder = repository.path;
  for (const title of ["Say them", "Commit them"]) await client.call("task add", { folder, title });
  const stream = await followFirst(client, () => writeFile(`${list}.seen`, ""));
  await waitFor(
    "both tasks to need a person",
    async () => {
      const { tasks } = await client.call("task list", { folder, all: true });
      return tasks.length === 2 && tasks.every(({ status }) => status === "needs_review");
    },
    120_000,
  );
  const sinks = await readSinks(client, folder);
  expect(await daemon.end("SIGTERM")).toBe(0);
  const all: Readonly<Record<string, unknown>> = {
    ...sinks,
    stream,
    ...(await readFiles(home)),
    output: daemon.output(),
  };

  const leaks = Object.entries(all).flatMap(([sink, content]) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const cores = new Set(planted.map(([, { core }]) => core));
    // With what stands around it, but without the secret, so that the test's own output says which kind it was.
    return [...cores].flatMap((core) =>
      text
        .split(core)
        .slice(0, -1)
        .map((before) => `${sink}: …${before.slice(-60)}`),
    );
  });
  expect(leaks).toEqual([]);
  // They were said, and seen: the sinks hold the marks in their place.
  for (const sink of ["task get int-1", "task log int-1", "stream"]) {
    expect(JSON.stringify(all[sink]).split("[redacted:").length).toBeGreaterThan(planted.length / 2);
  }
  expect(JSON.stringify(all["task get int-2"])).toContain("secret_found");
});
