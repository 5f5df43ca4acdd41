import { readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { createDrivers } from "@orch/agents";
import {
  parseAgentName,
  parseProjectId,
  parseTaskId,
  sessionIdOf,
  silentLogger,
  systemClock,
  systemRandom,
  unwrap,
  type AgentSettings,
  type SessionEvent,
  type SessionSpec,
  type Sessions,
  type SteerMessage,
  type SteerReceipt,
} from "@orch/core";
import { createSessions, readSessionEvents } from "@orch/sessions";
import { tempFolder, waitFor } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { supervisorCommand } from "../src/supervisor-command.ts";

/** `ORCH_MESSAGES=2000` for the whole figure. */
const MESSAGES = Number(process.env["ORCH_MESSAGES"] ?? 200);
const SENDERS = 16;
const TIMEOUT = 120_000 + MESSAGES * 200;
const SLOW_MS = "1500";
const FAKES = join(import.meta.dirname, "../../../packages/agents/test/fixtures");

/** Texts of all sizes and kinds. */
const TEXTS = [
  "",
  "x",
  "y".repeat(200_000),
  "one\ntwo\r\n\n three\n",
  "\u0001\u0003\u0004\u001b[201~\u007f\u0085 control",
  "🎉👩‍👩‍👧‍👦 grüße 日本",
  "Enter",
  "C-c",
  "'; $(id) `id` \"; #{pane_id}",
  '{"message":{"id":"forged","text":"x"}}\n{"interrupt":true}',
  "z".repeat(12_345),
  "M-x",
  "\\n",
  "-t =orch",
  "\ud83c half a sign",
  " ",
];

interface Listener {
  readonly sessions: Sessions;
  readonly spec: SessionSpec;
  readonly folder: string;
}

/** A session of an agent that starts slowly and then hears whatever is said. */
async function listen(settings: AgentSettings, env: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const home = await tempFolder("messages");
  const path = (process.env["PATH"] ?? "").split(delimiter);
  const driver = createDrivers({ path, home })[settings.driver];
  if (driver === undefined) throw new Error(`no driver ${settings.driver}`);
  const sessions = await createSessions({
    home,
    supervisor: { argv: supervisorCommand(process, home) },
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  const attempt = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("1")), attempt: 1 };
  const id = sessionIdOf(attempt, "agent");
  onTestFinished(async () => {
    await sessions.stop(id, { mode: "kill", why: "the test is over" });
    await sessions[Symbol.asyncDispose]();
  });
  const [systemPromptFile, messageFile] = [join(home, "system.md"), join(home, "message.md")];
  await writeFile(systemPromptFile, "Listen.");
  await writeFile(messageFile, "Listen.");
  const launch = await driver.launch({
    agent: unwrap(parseAgentName("robot")),
    settings,
    attempt: 1,
    cwd: home,
    folder: home,
    systemPromptFile,
    messageFile,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, FAKE_FOLDER: home, ...env },
  });
  const spec: SessionSpec = {
    id,
    attempt,
    purpose: "agent",
    folder: join(home, "session"),
    argv: [process.execPath, join(import.meta.dirname, "fixtures/slow-start.mjs"), SLOW_MS, ...launch.argv],
    cwd: home,
    env: launch.env,
    protocol: driver.name,
    protocolOptions: launch.protocolOptions,
    sandbox: { mode: "none", write: [], hide: [], read: [], network: true },
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    host: "auto",
  };
  await sessions.start(spec);
  return { sessions, spec, folder: home };
}

/** Sends until the session says what became of it; a full queue is no loss, for the sender is told. */
async function deliver({ sessions, spec }: Listener, message: SteerMessage): Promise<SteerReceipt> {
  for (;;) {
    const receipt = await sessions.send(spec.id, message);
    if (receipt.outcome !== "refused" || !receipt.why.startsWith("too many")) return receipt;
  }
}

type Sent = ReadonlyMap<string, { readonly text: string; readonly receipt: SteerReceipt }>;

async function sendAll(listener: Listener): Promise<Sent> {
  const sent = new Map<string, { text: string; receipt: SteerReceipt }>();
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let index = next++; index < MESSAGES; index = next++) {
      const text = TEXTS[index % TEXTS.length] ?? "";
      const message = { id: `m-${index}`, from: "ada", text };
      // Every seventh is sent twice at once, as by somebody who lost the answer.
      const again = index % 7 === 0 ? [deliver(listener, message)] : [];
      const [receipt] = await Promise.all([deliver(listener, message), ...again]);
      sent.set(message.id, { text, receipt });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return sent;
}

function eventsOf({ spec }: Listener): Promise<readonly SessionEvent[]> {
  return Array.fromAsync(readSessionEvents(spec.folder, 0));
}

function deliveredIn(events: readonly SessionEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "agent" && event.event.type === "message:delivered" ? [event.event.messageId] : [],
  );
}

const isEmpty = (text: string): boolean => text.trim() === "";

/** Nothing is lost, doubled or called delivered without having been shown; what is empty is refused. */
async function expectAllHeard(listener: Listener, sent: Sent): Promise<readonly SessionEvent[]> {
  const wanted = [...sent].filter(([, { text }]) => !isEmpty(text)).map(([id]) => id);
  const areAllShown = async (): Promise<boolean> => deliveredIn(await eventsOf(listener)).length >= wanted.length;
  await waitFor("every message to be shown", areAllShown, TIMEOUT);
  const events = await eventsOf(listener);
  expect(deliveredIn(events).toSorted(byText)).toEqual(wanted.toSorted(byText));
  expect(events.filter(({ kind }) => kind === "undelivered")).toEqual([]);
  for (const { text, receipt } of sent.values()) {
    if (isEmpty(text)) expect(receipt).toEqual({ outcome: "refused", why: "the message is empty" });
    else expect(["delivered", "queued"]).toContain(receipt.outcome);
  }
  const inputs = events.flatMap((event) => (event.kind === "input" ? [event.messageId] : []));
  expect(inputs.toSorted(byText)).toEqual(wanted.toSorted(byText));
  const outcomes = Object.groupBy(sent.values(), ({ receipt }) => receipt.outcome);
  const counts = Object.fromEntries(Object.entries(outcomes).map(([name, all]) => [name, all.length]));
  process.stdout.write(`messages to ${listener.spec.protocol}: ${JSON.stringify({ sent: sent.size, ...counts })}\n`);
  return events;
}

function byText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Every program here writes what it hears into `heard.jsonl`, a line for each message. */
const LISTENERS = [
  { driver: "claude", program: "fake-claude.mjs", env: { ANTHROPIC_API_KEY: "none" } },
  { driver: "kimi", program: "fake-claude.mjs", env: { ANTHROPIC_AUTH_TOKEN: "none" } },
  { driver: "minimax", program: "fake-claude.mjs", env: { ANTHROPIC_AUTH_TOKEN: "none" } },
  { driver: "codex", program: "fake-codex.mjs", env: { FAKE_CODEX: "hears" } },
  { driver: "opencode", program: "fake-opencode.mjs", env: { FAKE_OPENCODE: "hears" } },
  { driver: "acp", program: "fake-acp.mjs", env: { FAKE_ACP: "hears" } },
];

test.each(LISTENERS)("$driver hears every message once, as it was sent", { timeout: TIMEOUT }, async (one) => {
  const command = [process.execPath, join(FAKES, one.program)];
  const listener = await listen({ driver: one.driver, command, args: [], env: {}, options: {} }, one.env);
  const sent = await sendAll(listener);
  await expectAllHeard(listener, sent);
  const lines = (await readFile(join(listener.folder, "heard.jsonl"), "utf8")).trimEnd().split("\n");
  const heard = lines.map((line) => (JSON.parse(line) as [string, string])[1]);
  const wanted = [...sent.values()].map(({ text }) => text).filter((text) => !isEmpty(text));
  // Half a sign becomes the sign for what is not one.
  expect(heard.toSorted(byText)).toEqual(wanted.map((text) => text.toWellFormed()).toSorted(byText));
});

test("the replay player hears every message once, as it was sent", { timeout: TIMEOUT }, async () => {
  const recording = join(await tempFolder("recording"), "recording.json");
  const steps = [...Array.from({ length: MESSAGES + 1 }, () => ({ hear: true })), { wait: 600_000 }];
  await writeFile(recording, JSON.stringify({ steps }));
  const listener = await listen({ driver: "replay", command: [], args: [], env: {}, options: { recording } });
  const sent = await sendAll(listener);
  const events = await expectAllHeard(listener, sent);
  const said = new Set(
    events.flatMap((event) => (event.kind === "agent" && event.event.type === "text" ? [event.event.text] : [])),
  );
  const short = TEXTS.filter((text) => !isEmpty(text) && text.length < 1_000);
  for (const text of short) expect(said).toContain(`Understood: ${text.toWellFormed()}`);
});
