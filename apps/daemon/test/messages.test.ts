import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { countsOf, eventsOf, expectAllHeard, listen, sendAll, type Listener, type Sent } from "./messages/listener.ts";
import { asSent, byText, isEmpty, TEXTS } from "./messages/texts.ts";

/** `ORCH_MESSAGES=2000` for the whole figure. */
const MESSAGES = Number(process.env["ORCH_MESSAGES"] ?? 200);
const SENDERS = 16;
const TIMEOUT = 120_000 + MESSAGES * 200;
const FAKES = join(import.meta.dirname, "../../../packages/agents/test/fixtures");

async function sendAndHear(listener: Listener): Promise<Sent> {
  const sent = await sendAll(listener, { count: MESSAGES, senders: SENDERS });
  await expectAllHeard(listener, { sent, patienceMs: TIMEOUT });
  process.stdout.write(`messages to ${listener.spec.protocol}: ${JSON.stringify(countsOf(sent))}\n`);
  return sent;
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
  const sent = await sendAndHear(listener);
  const lines = (await readFile(join(listener.folder, "heard.jsonl"), "utf8")).trimEnd().split("\n");
  const heard = lines.map((line) => asSent((JSON.parse(line) as [string, string])[1]));
  const wanted = [...sent.values()].map(({ text }) => text).filter((text) => !isEmpty(text));
  // Half a sign becomes the sign for what is not one.
  expect(heard.toSorted(byText)).toEqual(wanted.map((text) => text.toWellFormed()).toSorted(byText));
});

test("the replay player hears every message once, as it was sent", { timeout: TIMEOUT }, async () => {
  const recording = join(await tempFolder("recording"), "recording.json");
  const steps = [...Array.from({ length: MESSAGES + 1 }, () => ({ hear: true })), { wait: 600_000 }];
  await writeFile(recording, JSON.stringify({ steps }));
  const listener = await listen({ driver: "replay", command: [], args: [], env: {}, options: { recording } });
  await sendAndHear(listener);
  const events = await eventsOf(listener);
  const said = new Set(
    events.flatMap((event) => (event.kind === "agent" && event.event.type === "text" ? [event.event.text] : [])),
  );
  const short = TEXTS.filter((text) => !isEmpty(text) && text.length < 1_000);
  for (const text of short) expect(said).toContain(`Understood: ${text.toWellFormed()}`);
});
