/** A person takes each real agent over on a terminal and hands it back, while others and orch itself speak to it. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  systemClock,
  systemRandom,
  silentLogger,
  unwrap,
  parseSessionId,
  type SessionEvent,
  type Sessions,
} from "@orch/core";
import { createSessions } from "@orch/sessions";
import { programWorks, startModelServer, tempFolder, waitFor, type ModelServer, type Scenario } from "@orch/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { openOrchBench, type OrchBench } from "./orch-bench.ts";
import { openTerminal } from "./person-terminal.ts";
import { realAgent, type RealAgent } from "./real-agents.ts";

/** `ORCH_HANDOVERS=10` for the whole figure. */
const ROUNDS = Number(process.env["ORCH_HANDOVERS"] ?? 2);
const AT_ONCE = 4;
const PATIENCE_MS = 120_000;
const TIMEOUT = 240_000 + ROUNDS * 60_000;

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: {}, waitTimeoutMs: PATIENCE_MS });
});
afterAll(() => models[Symbol.asyncDispose]());

const gateOf = (place: string, turn: number): string => `${place}-${turn}`;

/** Works on, a turn for each time that the conversation changes hands, and reports when it is let. */
const working = (place: string): Scenario => ({
  turns: [
    ...Array.from({ length: ROUNDS * 2 }, (_, turn) => [
      { do: "gate", name: gateOf(place, turn) } as const,
      { do: "shell", command: "echo more >>README.md" } as const,
    ]),
    [
      { do: "gate", name: gateOf(place, ROUNDS * 2) },
      { do: "report", json: { status: "done", summary: "Wrote more" } },
    ],
  ],
  end: [{ do: "report", json: { status: "done", summary: "Wrote more" } }],
});

/** A session that is spoken to by everybody, and what each was told. */
interface Talk {
  readonly bench: OrchBench;
  readonly task: string;
  readonly session: string;
  /** The session's own door, for what orch itself says. */
  readonly sessions: Sessions;
  readonly events: SessionEvent[];
  /** Receipts by the message's id. */
  readonly told: Map<string, string>;
  /** The lines that were typed. */
  readonly typed: string[];
}

const textOf = (id: string): string => `Mind the word ${id}-ü, please.`;

/** Several people at once, through the daemon. */
async function peopleSpeak({ bench, task, told }: Talk, when: string): Promise<void> {
  const speak = async (index: number): Promise<void> => {
    const id = `people-${when}-${index}`;
    const receipt = await bench.client.call("task send", {
      task,
      project: "local/site",
      text: textOf(id),
      idempotencyKey: id,
    });
    told.set(id, receipt.outcome);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => speak(index)));
}

/** Orch itself, as when it reminds an agent of its clock. */
async function orchSpeaks({ sessions, session, told }: Talk, when: string): Promise<string> {
  const id = `orch-${when}`;
  const receipt = await sessions.send(unwrap(parseSessionId(session)), { id, from: "orch", text: textOf(id) });
  told.set(id, receipt.outcome);
  return receipt.outcome;
}

function lastHold({ events }: Talk): string | undefined {
  return events.findLast((event) => event.kind === "hold")?.by;
}

async function typesLines(talk: Talk, round: number): Promise<void> {
  const terminal = await openTerminal(talk.bench, { name: `person-${round}`, args: ["task", "attach", talk.task] });
  await waitFor("the hold", () => lastHold(talk)?.startsWith("cli:"), PATIENCE_MS);
  expect(await orchSpeaks(talk, `held-${round}`)).toBe("refused");
  const others = peopleSpeak(talk, `held-${round}`);
  for (const index of [1, 2]) {
    const line = textOf(`typed-${round}-${index}`);
    talk.typed.push(line);
    await terminal.type(line);
    await waitFor("the line on the screen", async () => (await terminal.screen()).includes(`> terminal: ${line}`));
  }
  expect(await orchSpeaks(talk, `typed-${round}`)).toBe("refused");
  await others;
  await terminal.press("C-b", "d");
  await terminal.ended();
  await waitFor("the conversation to be given back", () => lastHold(talk) === undefined);
}

async function startTalk(agent: RealAgent, place: string): Promise<Talk> {
  const bench = await openOrchBench({});
  onTestFinished(() => bench[Symbol.asyncDispose](), 60_000);
  const home = await tempFolder("login");
  if (agent.login !== undefined) await writeFile(join(home, agent.login.file), agent.login.text);
  const agents = { [agent.name]: { command: [agent.program], home, ...agent.config(models.urlOf(place)) } };
  await writeFile(join(bench.home, "config.yml"), JSON.stringify({ agents }));
  await bench.serve();
  await bench.result("init");
  const { task } = await bench.result("task add", ["Write more", "--agent", agent.name]);
  await models.waitForRequest(place, ({ side, turn }) => side === undefined && turn === 0);
  const { session } = await bench.client.call("task attach", { task: task.id, project: "local/site" });
  const sessions = await createSessions({
    home: bench.home,
    supervisor: { argv: [] },
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  onTestFinished(() => sessions[Symbol.asyncDispose]());
  return { bench, task: task.id, session, sessions, events: [], told: new Map(), typed: [] };
}

async function watch({ bench, session, events }: Talk): Promise<void> {
  const from = { after: 0, signal: new AbortController().signal };
  for await (const event of bench.client.sessionEvents(session, from)) events.push(event);
}

/** Each message that was taken is in the conversation once, in the order in which it was taken; no other is. */
function expectTold({ events, told, typed }: Talk, conversation: string): void {
  const inputs = events.filter((event) => event.kind === "input");
  const taken = [...told].filter(([, outcome]) => outcome !== "refused").map(([id]) => textOf(id));
  expect(inputs.map(({ text }) => text).toSorted()).toEqual([...taken, ...typed].toSorted());
  for (const { text } of inputs) expect([text, conversation.split(text).length - 1]).toEqual([text, 1]);
  const places = inputs.map(({ text }) => conversation.indexOf(text));
  expect(places).toEqual(places.toSorted((left, right) => left - right));
  for (const [id, outcome] of told) if (outcome === "refused") expect(conversation).not.toContain(textOf(id));
  const shown = events.flatMap((event) =>
    event.kind === "agent" && event.event.type === "message:delivered" ? [event.event.messageId] : [],
  );
  expect(shown.toSorted()).toEqual(inputs.map(({ messageId }) => messageId).toSorted());
  expect(events.filter(({ kind }) => kind === "undelivered")).toEqual([]);
}

describe.runIf(programWorks("tmux", ["-V"])).each(["claude", "codex", "opencode"])("%s", (name) => {
  const agent = realAgent(name);
  test.skipIf(agent.program === undefined)(
    "goes to a person on a terminal and back, and no message is lost, doubled or called delivered in vain",
    { timeout: TIMEOUT, retry: 0 },
    async () => {
      const place = `hand-over-${name}-${randomUUID()}`;
      models.addScenario(place, working(place));
      const talk = await startTalk(agent, place);
      const watched = watch(talk);
      const round = async (index: number): Promise<void> => {
        const before = Promise.all([peopleSpeak(talk, `before-${index}`), orchSpeaks(talk, `before-${index}`)]);
        const person = typesLines(talk, index);
        models.release(gateOf(place, index * 2));
        await Promise.all([before, person]);
        expect(await orchSpeaks(talk, `after-${index}`)).not.toBe("refused");
        models.release(gateOf(place, index * 2 + 1));
      };
      for (let index = 0; index < ROUNDS; index += 1) await round(index);
      models.release(gateOf(place, ROUNDS * 2));
      await watched;
      const last = models.requests(place).findLast(({ side }) => side === undefined);
      expectTold(talk, last?.text ?? "");
      const holds = talk.events.flatMap((event) =>
        event.kind === "hold" ? [event.by?.split(":")[0] ?? "nobody"] : [],
      );
      expect(holds).toEqual(Array.from({ length: ROUNDS }, () => ["cli", "nobody"]).flat());
      process.stdout.write(`hand-overs of ${name}: ${ROUNDS}, messages: ${talk.told.size + talk.typed.length}\n`);
    },
  );
});
