import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { connect, type Client } from "@orch/api";
import { homePaths } from "@orch/config";
import { isOrchError, type SessionEvent } from "@orch/core";
import { readSessionEvents } from "@orch/sessions";
import { gitRepository, tempFolder, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { processesOf, supervisorsOf } from "./kills/census.ts";
import { startDaemon, type DaemonProcess } from "./kills/daemon-process.ts";
import { figuresOf } from "./kills/history.ts";
import { kill } from "./kills/world.ts";

/** `ORCH_HANDOVERS=10` for the whole figure: so many of each signal. */
const ROUNDS = Number(process.env["ORCH_HANDOVERS"] ?? 2);
const AGENTS = ["player", "talker", "coder", "player", "talker", "coder", "talker", "player"];
const TIMEOUT = 120_000 + ROUNDS * 40_000;
const FIXTURES = join(import.meta.dirname, "fixtures");
const FAKE_CODEX = join(import.meta.dirname, "../../../packages/agents/test/fixtures/fake-codex.mjs");

function configuration(repository: string, recording: string): string {
  const coder = {
    driver: "codex",
    command: [process.execPath, FAKE_CODEX],
    env: { FAKE_CODEX: "chatters", OPENAI_API_KEY: "none" },
  };
  const talker = { driver: "command", command: [process.execPath, join(FIXTURES, "chatting-agent.mjs")] };
  const agents = { player: { driver: "replay", options: { recording } }, talker, coder };
  return JSON.stringify({ projects: [repository], engine: { max_parallel: AGENTS.length }, agents });
}

interface View {
  readonly session: string;
  readonly folder: string;
  readonly seen: SessionEvent[];
  readonly ended: Promise<void>;
}

/** What a daemon says of its sessions; undefined while it is away. */
async function liveIn(client: Client): Promise<readonly { readonly id: string; readonly pid: number }[] | undefined> {
  try {
    const { sessions } = await client.call("task live", {});
    return sessions.map(({ id, pid }) => ({ id, pid })).toSorted((left, right) => left.pid - right.pid);
  } catch (error) {
    if (isOrchError(error)) return undefined;
    throw error;
  }
}

function view(client: Client, at: { readonly session: string; readonly folder: string }, signal: AbortSignal): View {
  const seen: SessionEvent[] = [];
  const watch = async (): Promise<void> => {
    const from = { after: 0, signal, patienceMs: 60_000 };
    for await (const event of client.sessionEvents(at.session, from)) seen.push(event);
  };
  return { ...at, seen, ended: watch() };
}

test("daemons come and go, and eight live sessions and their viewers lose nothing", { timeout: TIMEOUT }, async () => {
  const home = await tempFolder("ho");
  const recording = join(home, "recording.json");
  const steps = Array.from({ length: 5_000 }, (_, line) => [{ say: `line ${line}` }, { wait: 100 }]).flat();
  await writeFile(recording, JSON.stringify({ steps }));
  const repository = await gitRepository({ "README.md": "# sample\n" });
  await writeFile(join(home, "config.yml"), configuration(repository.path, recording), { mode: 0o600 });
  const client = connect({ socketPath: homePaths(home).socket });
  let daemon: DaemonProcess = startDaemon(home);
  const over = new AbortController();
  const figures: { readonly stopMs: number[]; readonly adoptionMs: number[] } = { stopMs: [], adoptionMs: [] };
  try {
    await daemon.ready();
    for (const agent of AGENTS) await client.call("task add", { folder: repository.path, title: "Talk", agent });
    const before = await waitFor(
      "eight sessions",
      async () => {
        const live = await liveIn(client);
        return live?.length === AGENTS.length ? live : undefined;
      },
      90_000,
    );
    const folders = new Map(supervisorsOf(home).map(({ pid, folder }) => [pid, folder]));
    const views = before.map(({ id, pid }) =>
      view(client, { session: id, folder: folders.get(pid) ?? "" }, over.signal),
    );
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      const counts = views.map(({ seen }) => seen.length);
      await waitFor(
        "news in every view",
        () => views.every(({ seen }, index) => seen.length > (counts[index] ?? 0)),
        60_000,
      );
      const signal = round % 2 === 0 ? "SIGTERM" : "SIGKILL";
      const asked = performance.now();
      expect(await daemon.end(signal)).toBe(signal === "SIGTERM" ? 0 : null);
      if (signal === "SIGTERM") figures.stopMs.push(performance.now() - asked);
      daemon = startDaemon(home);
      await daemon.ready();
      const adopted = await waitFor(
        "the daemon to take over",
        () => daemon.said("took over from an earlier process"),
        60_000,
      );
      figures.adoptionMs.push(adopted - daemon.spawnedAt);
      expect(await liveIn(client)).toEqual(before);
    }
    const reached = views.map(({ seen }) => seen.at(-1)?.seq ?? 0);
    await waitFor(
      "more news",
      () => views.every(({ seen }, index) => (seen.at(-1)?.seq ?? 0) > (reached[index] ?? 0)),
      60_000,
    );
    over.abort();
    await Promise.all(views.map(({ ended }) => ended));
    for (const { seen, folder } of views) await expectSame(seen, folder);
    const summary = Object.entries(figures).map(([name, all]) => [name, figuresOf(all.toSorted((a, b) => a - b))]);
    process.stdout.write(`hand-overs: ${JSON.stringify(Object.fromEntries(summary))}\n`);
  } finally {
    over.abort();
    await daemon.end("SIGKILL");
    await waitFor("all processes to end", () => {
      const left = processesOf(home);
      for (const { pid } of left) kill(pid);
      return left.length === 0;
    });
  }
});

/** What a viewer saw is what the session wrote down, from the first event on, without gap or repeat. */
async function expectSame(seen: readonly SessionEvent[], folder: string): Promise<void> {
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  const written: SessionEvent[] = [];
  for await (const event of readSessionEvents(folder, 0)) {
    if (written.length === seen.length) break;
    written.push(event);
  }
  expect(seen).toEqual(written);
}
