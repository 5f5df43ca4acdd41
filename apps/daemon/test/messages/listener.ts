import { writeFile } from "node:fs/promises";
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
import { expect, onTestFinished } from "vitest";

import { supervisorCommand } from "../../src/supervisor-command.ts";
import { byText, isEmpty, textOf } from "./texts.ts";

const SLOW_MS = "1500";
const SLOW_START = join(import.meta.dirname, "../fixtures/slow-start.mjs");

/** What the agent is to do before anybody speaks to it. */
export const TASK = "The task: hear what people say.";

/** An agent that is spoken to. */
export interface Listener {
  readonly sessions: Sessions;
  readonly spec: SessionSpec;
  /** Its clone, its home and its own folder at once. */
  readonly folder: string;
}

/** A session of an agent that starts slowly and then hears whatever is said; it is killed when the test has finished. */
export async function listen(settings: AgentSettings, env: Readonly<Record<string, string>> = {}): Promise<Listener> {
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
  await writeFile(messageFile, TASK);
  const launch = await driver.launch({
    agent: unwrap(parseAgentName("robot")),
    settings,
    attempt: 1,
    cwd: home,
    folder: home,
    systemPromptFile,
    messageFile,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, FAKE_FOLDER: home, ...settings.env, ...env },
  });
  const spec: SessionSpec = {
    id,
    attempt,
    purpose: "agent",
    folder: join(home, "session"),
    argv: [process.execPath, SLOW_START, SLOW_MS, ...launch.argv],
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

/** What was sent and what the senders were told, by the message's id. */
export type Sent = ReadonlyMap<string, { readonly text: string; readonly receipt: SteerReceipt }>;

/** Sends `count` messages, from the `first` on, by so many senders at once. */
export async function sendAll(
  listener: Listener,
  { first = 0, count, senders }: { readonly first?: number; readonly count: number; readonly senders: number },
): Promise<Sent> {
  const sent = new Map<string, { text: string; receipt: SteerReceipt }>();
  let next = first;
  const sender = async (): Promise<void> => {
    for (let index = next++; index < first + count; index = next++) {
      const message = { id: `m-${index}`, from: "ada", text: textOf(index) };
      // Every seventh is sent twice at once, as by somebody who lost the answer.
      const again = index % 7 === 0 ? [deliver(listener, message)] : [];
      const [receipt] = await Promise.all([deliver(listener, message), ...again]);
      sent.set(message.id, { text: message.text, receipt });
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
  return sent;
}

/** What the session wrote down so far. */
export function eventsOf({ spec }: Listener): Promise<readonly SessionEvent[]> {
  return Array.fromAsync(readSessionEvents(spec.folder, 0));
}

/** The ids of the messages that the session took, in the order in which it took them. */
export function takenIn(events: readonly SessionEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === "input" ? [event.messageId] : []));
}

function deliveredIn(events: readonly SessionEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "agent" && event.event.type === "message:delivered" ? [event.event.messageId] : [],
  );
}

/** Nothing is lost, doubled or called delivered without having been shown; what is empty is refused. */
export async function expectAllHeard(
  listener: Listener,
  { sent, patienceMs }: { readonly sent: Sent; readonly patienceMs: number },
): Promise<readonly SessionEvent[]> {
  const wanted = [...sent].filter(([, { text }]) => !isEmpty(text)).map(([id]) => id);
  const areAllShown = async (): Promise<boolean> => deliveredIn(await eventsOf(listener)).length >= wanted.length;
  await waitFor("every message to be shown", areAllShown, patienceMs);
  const events = await eventsOf(listener);
  expect(deliveredIn(events).toSorted(byText)).toEqual(wanted.toSorted(byText));
  expect(events.filter(({ kind }) => kind === "undelivered")).toEqual([]);
  for (const { text, receipt } of sent.values()) {
    if (isEmpty(text)) expect(receipt).toEqual({ outcome: "refused", why: "the message is empty" });
    else expect(["delivered", "queued"]).toContain(receipt.outcome);
  }
  expect(takenIn(events).toSorted(byText)).toEqual(wanted.toSorted(byText));
  return events;
}

/** How many messages were sent, and what their senders were told. */
export function countsOf(sent: Sent): Readonly<Record<string, number>> {
  const outcomes = Object.groupBy(sent.values(), ({ receipt }) => receipt.outcome);
  return {
    sent: sent.size,
    ...Object.fromEntries(Object.entries(outcomes).map(([name, all]) => [name, all.length])),
  };
}
