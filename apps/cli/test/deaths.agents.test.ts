/** Daemons end and are killed while eight sessions of real agents are live: no session, byte or attempt is lost. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { SessionEvent } from "@orch/core";
import { readSessionEvents } from "@orch/sessions";
import { startModelServer, tempFolder, waitFor, type ModelServer, type Scenario } from "@orch/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { confining, openOrchBench, type OrchBench, type OrchProcess } from "./orch-bench.ts";
import { realAgent } from "./real-agents.ts";

/** So many of each kind of death; `ORCH_DEATHS=10` for the whole figure. */
const DEATHS = Number(process.env["ORCH_DEATHS"] ?? 1);
const ROUNDS = DEATHS * 2;
const AGENTS = ["claude", "codex", "opencode", "kimi", "minimax", "acp", "codex", "claude"];
const MISSING = AGENTS.some((name) => realAgent(name).program === undefined);
const PATIENCE_MS = 120_000;
const TIMEOUT = 240_000 + ROUNDS * 20_000;

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: {}, waitTimeoutMs: PATIENCE_MS });
});
afterAll(() => models[Symbol.asyncDispose]());

/** An agent of the house, with a script and a task of its own. */
interface Member {
  readonly name: string;
  readonly place: string;
}

/** What somebody sees of a session over all daemons. */
interface View {
  readonly folder: string;
  readonly seen: SessionEvent[];
  readonly ended: Promise<void>;
}

const gateOf = (round: number): string => `life-${round}`;
const lineOf = (name: string, round: number): string => `${name} lives on ${round}`;
const linesOf = (name: string): readonly string[] => Array.from({ length: ROUNDS }, (_, round) => lineOf(name, round));

/** Writes a line after each death, and reports. */
const living = (name: string): Scenario => ({
  turns: [
    ...linesOf(name).map((line, round) => [
      { do: "gate", name: gateOf(round) } as const,
      { do: "shell", command: `echo ${line} | tee -a ${name}.txt` } as const,
    ]),
    [
      { do: "gate", name: gateOf(ROUNDS) },
      { do: "report", json: { status: "done", summary: "Lived on" } },
    ],
  ],
});

/** An orch with an agent, and so an account, a home and a place at the model server, for each session. */
async function openHouse(): Promise<{ readonly bench: OrchBench; readonly members: readonly Member[] }> {
  const bench = await openOrchBench({});
  onTestFinished(() => bench[Symbol.asyncDispose](), 60_000);
  const members: Member[] = [];
  const agents: Record<string, object> = {};
  for (const [index, driver] of AGENTS.entries()) {
    const { program, login, config } = realAgent(driver);
    const name = `${driver}-${index}`;
    const place = `${name}-${randomUUID()}`;
    const home = await tempFolder("login");
    if (login !== undefined) await writeFile(join(home, login.file), login.text);
    models.addScenario(place, living(name));
    agents[name] = { driver, command: [program], home, ...config(models.urlOf(place)) };
    members.push({ name, place });
  }
  const [adapters = ""] = /^.*?\/node_modules/.exec(realAgent("acp").program ?? "") ?? [];
  const config = {
    agents,
    engine: { max_parallel: AGENTS.length },
    checks: [{ name: "lines", run: ["sh", "-c", `test "$(cat *.txt | wc -l)" -eq ${ROUNDS}`] }],
    // The adapter of ACP starts another agent's program, wherever the checkout is.
    sandbox: confining ? { read: [dirname(realAgent("claude").program ?? "/"), adapters] } : { mode: "none" },
  };
  await writeFile(join(bench.home, "config.yml"), JSON.stringify(config));
  return { bench, members };
}

/** What the daemon says of its sessions: the same ones, in the same processes. */
async function liveIn({ client }: OrchBench): Promise<readonly string[]> {
  const { sessions } = await client.call("task live", {});
  return sessions.map(({ id, pid }) => `${id} in ${pid}`).toSorted();
}

function view({ client, home }: OrchBench, { task, session }: { task: string; session: string }): View {
  const seen: SessionEvent[] = [];
  const watch = async (): Promise<void> => {
    const from = { after: 0, signal: new AbortController().signal, patienceMs: PATIENCE_MS };
    for await (const event of client.sessionEvents(session, from)) seen.push(event);
  };
  return { seen, ended: watch(), folder: join(home, "state/local/site/tasks", task, "attempts/1/session") };
}

const shows = ({ seen }: View, line: string): boolean => seen.some((event) => JSON.stringify(event).includes(line));

/** The daemon dies of a signal; the agents go on meanwhile. Milliseconds until it is gone, and until the next took over. */
async function die(
  { bench, daemon }: { readonly bench: OrchBench; readonly daemon: OrchProcess },
  { signal, meanwhile }: { readonly signal: NodeJS.Signals; readonly meanwhile: () => void },
): Promise<{ readonly next: OrchProcess; readonly stopMs: number; readonly adoptionMs: number }> {
  const { pid } = await bench.client.health();
  const asked = performance.now();
  process.kill(pid, signal);
  const { code } = await daemon.end;
  const gone = performance.now();
  expect([signal, code]).toEqual([signal, signal === "SIGTERM" ? 0 : 1]);
  meanwhile();
  const next = bench.start(["serve"]);
  await next.printed("took over from an earlier process");
  const adopted = performance.now();
  await next.printed("serves on");
  return { next, stopMs: gone - asked, adoptionMs: adopted - gone };
}

/** What a viewer saw is what the session wrote down, from its first event to its end, without gap or repeat. */
async function expectWhole({ seen, folder }: View): Promise<void> {
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  expect(seen.at(-1)?.kind).toBe("exit");
  const written: SessionEvent[] = [];
  for await (const event of readSessionEvents(folder, 0)) written.push(event);
  expect(seen).toEqual(written);
}

test.skipIf(MISSING)(
  "eight sessions of all agents live on, whoever ends or kills the daemon",
  { timeout: TIMEOUT, retry: 0 },
  async () => {
    const { bench, members } = await openHouse();
    let daemon = await bench.serve();
    await bench.result("init");
    const tasks: string[] = [];
    for (const { name } of members) {
      const { task } = await bench.result("task add", [`Live on as ${name}`, "--agent", name]);
      tasks.push(task.id);
    }
    for (const { place } of members)
      await models.waitForRequest(place, ({ side, turn }) => side === undefined && turn === 0);
    const before = await liveIn(bench);
    expect(before).toHaveLength(AGENTS.length);
    const views: View[] = [];
    for (const task of tasks) {
      const { session } = await bench.client.call("task attach", { task, project: "local/site" });
      views.push(view(bench, { task, session }));
    }
    const stops: number[] = [];
    const adoptions: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const signal = round % 2 === 0 ? "SIGTERM" : "SIGKILL";
      const death = await die({ bench, daemon }, { signal, meanwhile: () => models.release(gateOf(round)) });
      daemon = death.next;
      if (signal === "SIGTERM") stops.push(death.stopMs);
      adoptions.push(death.adoptionMs);
      expect(await liveIn(bench)).toEqual(before);
      const lines = members.map(({ name }) => lineOf(name, round));
      await waitFor(
        "the lines in every view",
        () => views.every((each, index) => shows(each, lines[index] ?? "")),
        PATIENCE_MS,
      );
    }
    models.release(gateOf(ROUNDS));
    await Promise.all(views.map(({ ended }) => ended));
    for (const each of views) await expectWhole(each);
    for (const task of tasks) {
      const { attempts } = await bench.reaches(task, "in_review", "needs_review");
      expect(attempts).toMatchObject([{ attempt: 1, verdict: { kind: "pass" } }]);
      expect((await bench.result("task merge", [task])).task.status).toBe("done");
    }
    for (const { name } of members) {
      const written = await bench.repository.git("show", `main:${name}.txt`);
      expect(written.trim().split("\n")).toEqual(linesOf(name));
    }
    const figures = {
      deaths: ROUNDS,
      stopMs: Math.round(Math.max(...stops)),
      adoptionMs: Math.round(Math.max(...adoptions)),
    };
    process.stdout.write(`deaths with ${AGENTS.length} sessions of agents: ${JSON.stringify(figures)}\n`);
  },
);
