import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { connect, type Client } from "@orch/api";
import { homePaths } from "@orch/config";
import { gitRepository, plantedSecrets, tempFolder, waitFor } from "@orch/testing";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { processesOf } from "./kills/census.ts";
import { startDaemon } from "./kills/daemon-process.ts";
import { kill } from "./kills/world.ts";

const SITE = "octo/sample";
const FIXTURES = join(import.meta.dirname, "fixtures");
/** What keeps the words of agents and checks as they were, for the daemon's eyes (docs/security.md), and git. */
const RAW = new Set(["events.jsonl", "capture.log", "stderr.txt", "stdout.txt", "report.json"]);

const KNOWN = "correct horse battery staple";
const encoded = (text: string): string => Buffer.from(text).toString("base64");

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

/** Everything that a client can read of the tasks. */
async function readSinks(client: Client, folder: string): Promise<Readonly<Record<string, unknown>>> {
  const sinks: Record<string, unknown> = {};
  for (const task of ["int-1", "int-2", "int-3"]) {
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

/** Everything that people see on the forge. */
async function readForge({ url, token }: GitHubStandIn): Promise<Readonly<Record<string, unknown>>> {
  const ask = async (path: string): Promise<readonly { readonly number: number }[]> => {
    const headers = { authorization: `token ${token}` };
    const response = await fetch(`${url}/repos/${SITE}${path}`, { headers });
    return (await response.json()) as readonly { readonly number: number }[];
  };
  const issues = await ask("/issues?state=all");
  const pulls = await ask("/pulls?state=all");
  const threads = issues.map(async ({ number }) => ask(`/issues/${number}/comments`));
  const commits = pulls.map(async ({ number }) => ask(`/pulls/${number}/commits`));
  return {
    "forge issues": issues,
    "forge pulls": pulls,
    "forge comments": (await Promise.all(threads)).flat(),
    "forge commits": await Promise.all(commits),
    "forge branches": await ask("/branches"),
    "forge labels": await ask("/labels"),
  };
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
  await using github = await startGitHub({
    repositories: [{ name: SITE, files: { ".orch.yml": `gh: {repo: ${SITE}}\n` } }],
  });
  const repository = await gitRepository(null);
  await repository.git("pull", "--quiet", github.cloneUrl(SITE, "octo"), "main");
  await repository.git("remote", "add", "origin", `https://github.com/${SITE}.git`);
  const list = join(await tempFolder("list"), "secrets.json");
  // What has no shape is known by its value, or by the person's own rule; in another encoding, too.
  const own = {
    "known value": { text: `The pantry opens to ${KNOWN} today.`, core: KNOWN },
    "known value in base64": { text: `As base64: ${encoded(KNOWN)}`, core: encoded(KNOWN).slice(4, -4) },
    "own rule": { text: "The badge is badge-20391 here.", core: "badge-20391" },
  };
  const planted = Object.entries({ ...plantedSecrets, ...own });
  await writeFile(list, JSON.stringify(planted.map(([, { text }]) => text)));
  const program = (name: string): string => JSON.stringify([process.execPath, join(FIXTURES, name), list]);
  await writeFile(
    join(home, "config.yml"),
    [
      `projects: [${JSON.stringify(repository.path)}]`,
      `agents: {leaker: {driver: command, command: ${program("leaking-agent.mjs")}}}`,
      `checks: [{name: says, run: ${program("leaking-check.mjs")}}]`,
      "workflow: {max_attempts: 1}",
      `gh: {enabled: true, api_url: ${JSON.stringify(github.url)}}`,
      "comments: {mirror: milestones}",
      "engine: {sync_interval: 1s}",
      "sandbox: {mode: none}",
      "security: {redact: [{name: badge, pattern: 'badge-[0-9]{5}'}]}",
      "",
    ].join("\n"),
  );
  const daemon = startDaemon(home, { GH_TOKEN: github.token, PANTRY_PASSWORD: KNOWN });
  onTestFinished(async () => {
    await daemon.end("SIGKILL");
    for (const { pid } of processesOf(home)) kill(pid);
  });
  await daemon.ready();
  const client = connect({ socketPath: homePaths(home).socket });
  const folder = repository.path;
  for (const title of ["Say them", "Commit them", "Tell the forge"]) {
    const { task } = await client.call("task add", { folder, title });
    await client.call("task publish", { folder, task: task.id });
  }
  const stream = await followFirst(client, () => writeFile(`${list}.seen`, ""));
  await waitFor(
    "all tasks to need a person, and all to be told on the forge",
    async () => {
      const { tasks } = await client.call("task list", { folder, all: true });
      const states = tasks.map(({ id, status }) => `${id} ${status}`).toSorted();
      if (states.join() !== "int-1 needs_review,int-2 needs_review,int-3 in_review") return false;
      const { "forge comments": comments, "forge pulls": pulls } = await readForge(github);
      const told = JSON.stringify(comments).match(/### [^\\]*: attempt 1\\n/g)?.length;
      return told === 3 && JSON.stringify(pulls).includes("Found [redacted:");
    },
    120_000,
  );
  const sinks = { ...(await readSinks(client, folder)), ...(await readForge(github)) };
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
  for (const sink of ["task get int-1", "task log int-1", "stream", "forge pulls", "forge comments"]) {
    expect(JSON.stringify(all[sink]).split("[redacted:").length).toBeGreaterThan(planted.length / 2);
  }
  expect(JSON.stringify(all["task get int-2"])).toContain("secret_found");
});
