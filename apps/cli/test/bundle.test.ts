/** `orch doctor --bundle`: what a report needs is in the archive, and no secret is, whatever is broken. */
import { appendFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import type { CommandResults } from "@orch/api";
import { resultSchemas } from "@orch/api/schemas";
import { secretText, tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench, type OrchPlace } from "./orch-bench.ts";
import { orch } from "./orch-process.ts";

const LONG_MS = 120_000;
type Bundle = NonNullable<CommandResults["doctor"]["bundle"]>;

interface Archive {
  readonly texts: ReadonlyMap<string, string>;
  /** All of it, names too. */
  readonly whole: string;
}

/** Reads the tar file itself: blocks of 512 bytes, each file after a head with its name and its size in octal. */
async function unpack(path: string): Promise<Archive> {
  const tar = gunzipSync(await readFile(path));
  const files = new Map<string, string>();
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const field = (from: number, length: number): string =>
      tar.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(field(124, 12), 8);
    files.set(field(0, 100).replace("orch-bundle/", ""), tar.toString("utf8", at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return { texts: files, whole: tar.toString("utf8") };
}

async function bundleOf(bench: OrchBench, args: readonly string[] = [], place?: OrchPlace): Promise<Bundle & Archive> {
  const { bundle } = await bench.result("doctor", ["--bundle", ...args], place);
  if (bundle === undefined) throw new Error("there is no bundle");
  return { ...bundle, ...(await unpack(bundle.path)) };
}

/** A secret of no known shape. */
function canary(name: string): string {
  return `canary-${name}-${secretText(12)}`;
}

const names = (bundle: Bundle): readonly string[] => bundle.files.map(({ name }) => name);
const reasons = (bundle: Bundle): Readonly<Record<string, string>> =>
  Object.fromEntries(bundle.missing.map(({ name, why }) => [name, why]));

test("a task that ran, a daemon at work, secrets everywhere: all is there but them", { timeout: LONG_MS }, async () => {
  const secrets = {
    config: canary("config"),
    plain: canary("plain"),
    argument: canary("argument"),
    env: canary("env"),
    referred: canary("referred"),
    log: `ghp_${secretText(36)}`,
    pattern: "badge-00421",
  };
  const writer = fixtureAgent("writes");
  await using bench = await openOrchBench({
    config: {
      agents: {
        writer: {
          ...writer,
          args: ["--api-key", secrets.argument],
          env: { MY_API_KEY: secrets.config, ADDRESS: secrets.plain, OTHER: "${UNSUSPICIOUS}" },
        },
      },
      security: { redact: [{ name: "badge", pattern: "badge-[0-9]{5}" }] },
    },
  });
  const place = { env: { SOME_TOKEN: secrets.env, UNSUSPICIOUS: secrets.referred } };
  const said = `Add file words. ${Object.values(secrets).join(" ")}`;
  await bench.serve(place);
  await bench.orch(["init"], place);
  await bench.result("task add", ["Add file words", "--body", said], place);
  await bench.reaches("int-1", "in_review");
  await appendFile(join(bench.home, "logs", "orch.log"), `${JSON.stringify({ level: "info", message: said })}\n`);
  const session = join(bench.home, "state/local/site/tasks/int-1/attempts/1/session");
  await appendFile(join(session, "stderr.txt"), `${said}\n`);
  // As if the agent had said them, and nobody had noticed.
  const events = await readFile(join(session, "events.jsonl"), "utf8");
  await writeFile(join(session, "events.jsonl"), events.replace("I write words.txt.", `I write words.txt. ${said}`));
  const file = join(bench.root, "fault.tar.gz");
  const bundle = await bundleOf(bench, [file, "--task", "int-1"], place);

  for (const [name, secret] of Object.entries(secrets)) {
    expect({ name, leaks: bundle.whole.includes(secret) }).toEqual({ name, leaks: false });
  }
  expect(bundle.path).toBe(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(names(bundle)).toEqual([
    "versions.json",
    "doctor.json",
    "config.json",
    "database.json",
    "daemon.json",
    "agents.json",
    "metrics.json",
    "task/task.json",
    "task/events.json",
    "task/attempt-1/attempt.json",
    "task/attempt-1/digest.json",
    "task/attempt-1/exit.json",
    "task/attempt-1/transcript.jsonl",
    "task/attempt-1/stderr.txt",
    "log/orch.log",
  ]);
  const json = (name: string): unknown => JSON.parse(bundle.texts.get(name) ?? "null");
  expect(json("manifest.json")).toMatchObject({ format: 1, files: bundle.files });
  expect(json("versions.json")).toMatchObject({
    node: process.versions.node,
    tools: { git: expect.any(String) as string },
  });
  expect(json("config.json")).toMatchObject({
    value: { agents: { writer: { args: ["--api-key", "[hidden]"], env: { MY_API_KEY: "[hidden]" } } } },
  });
  expect(json("database.json")).toMatchObject({ integrity: ["ok"], rows: { tasks: 1 } });
  expect(json("task/task.json")).toMatchObject({ id: "int-1", status: "in_review", title: "Add file words" });
  expect(json("task/attempt-1/exit.json")).toMatchObject({ cause: "exited", code: 0 });
  expect(bundle.texts.get("task/attempt-1/transcript.jsonl")).toContain("I write words.txt. Add file words. [");
  expect(bundle.texts.get("log/orch.log")).toContain("[redacted:badge]");
  expect(bundle.hidden["known-secret"]).toBeGreaterThan(5);
});

test("the daemon is dead: the files tell, and it is said what they can't", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({ config: { agents: { writer: fixtureAgent("writes") } } });
  expect(await bench.orch(["run", "Add file words"])).toMatchObject({ code: 0 });
  await bench.orch(["stop"]);
  const bundle = await bundleOf(bench, ["--task", "int-1"]);
  expect(bundle.path).toMatch(new RegExp(`^${bench.repository.path}/orch-bundle-\\d{8}-\\d{6}\\.tar\\.gz$`));
  expect(reasons(bundle)["daemon.json"]).toMatch(/^no daemon is running/);
  expect(names(bundle)).toContain("task/attempt-1/transcript.jsonl");
  expect(reasons(bundle)["log/ephemeral.log"]).toBe("there is none");
});

test(
  "the configuration and the database are broken: both are told of, and no secret leaves",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openOrchBench({ config: { agents: { writer: fixtureAgent("writes") } } });
    expect(await bench.orch(["run", "Add file words"])).toMatchObject({ code: 0 });
    await bench.orch(["stop"]);
    const [key, word] = [canary("key"), canary("word")];
    await writeFile(join(bench.home, "config.yml"), `agents:\n  writer: { envv: { KEY: "${key}" }, note: [${word}]\n`);
    await writeFile(join(bench.home, "orch.db"), "no database\n".repeat(500));
    await rm(join(bench.home, "orch.db-wal"), { force: true });
    await rm(join(bench.home, "orch.db-shm"), { force: true });
    await appendFile(join(bench.home, "logs", "ephemeral.log"), `it said ${key} and ${word}\n`);
    const ran = await bench.orch(["doctor", "--bundle", "--task", "local/site#int-1", "broken.tar.gz"]);
    expect(ran.code).toBe(0);
    const { texts, whole } = await unpack(join(bench.repository.path, "broken.tar.gz"));
    for (const secret of [key, word]) expect(whole + ran.out).not.toContain(secret);
    expect(texts.get("log/ephemeral.log")).toContain("it said [redacted:known-secret]");
    expect(texts.get("task/attempt-1/transcript.jsonl")).toContain("I write words.txt.");
    expect(ran.out).toMatch(/config\.json +.*not valid YAML/);
    expect(ran.out).toMatch(/database\.json +The file is not a database/);
    expect(ran.out).toMatch(/task\/task\.json +The file is not a database/);
  },
);

test("there is no home at all, and nothing is written but the archive", async () => {
  const folder = await tempFolder();
  const run = await orch(["doctor", "--bundle", "--json"], { home: join(folder, "home"), folder });
  const { bundle } = resultSchemas.doctor.parse(JSON.parse(run.out));
  expect(run.code).toBe(0);
  expect(bundle?.files.map(({ name }) => name)).toEqual(["versions.json", "doctor.json", "config.json"]);
  expect(bundle?.missing.map(({ name }) => name)).toContain("database.json");
});

test("a daemon that hangs does not keep the report from being made", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({});
  const daemon = await bench.serve();
  const { pid } = await bench.client.health();
  process.kill(pid, "SIGSTOP");
  try {
    const bundle = await bundleOf(bench);
    expect(reasons(bundle)["daemon.json"]).toContain("has not answered for 5 s");
    expect(names(bundle)).toContain("database.json");
  } finally {
    process.kill(pid, "SIGCONT");
  }
  daemon.send("SIGTERM");
  await daemon.end;
});

test("what is asked wrongly is refused before anything is looked at", async () => {
  await using bench = await openOrchBench({});
  const file = join(bench.root, "there.tar.gz");
  await writeFile(file, "mine");
  await mkdir(join(bench.home, "run"), { recursive: true });
  expect(await bench.failure(["doctor", file])).toMatchObject({ exit: 2, code: "usage" });
  expect(await bench.failure(["doctor", "--task", "int-1"])).toMatchObject({ exit: 2, code: "usage" });
  expect(await bench.failure(["doctor", "--bundle", file])).toMatchObject({ exit: 2, code: "usage" });
  expect(await readFile(file, "utf8")).toBe("mine");
  expect(await bench.failure(["doctor", "--bundle", join(bench.root, "none", "x.tar.gz")])).toMatchObject({ exit: 2 });
});
