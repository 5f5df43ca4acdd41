import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { SessionEvent } from "@orch/core";
import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { readSessionEvents } from "../src/index.ts";
import { openBench } from "./bench.ts";

const forever = new AbortController().signal;
const none = { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 };

async function said(folder: string): Promise<readonly string[]> {
  const events = await Array.fromAsync(readSessionEvents(folder, 0));
  return events.flatMap((event) => (event.kind === "agent" && event.event.type === "text" ? [event.event.text] : []));
}

function kinds(events: readonly SessionEvent[], kind: SessionEvent["kind"]): readonly SessionEvent[] {
  return events.filter((event) => event.kind === kind);
}

test("what the agent asks is surfaced, and a person's answer reaches it", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("asks", "rm -rf build"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  const [ask] = await waitFor("the question", async () => {
    const asks = await bench.sessions.asks(spec.id);
    return asks.length > 0 ? asks : undefined;
  });
  expect(ask).toMatchObject({ id: "r1", what: "rm -rf build" });
  const answer = { request: "r1", allow: true, from: "ada", why: "go on" };
  expect(await bench.sessions.answer(spec.id, { ...answer, request: "r9" })).toMatchObject({ outcome: "refused" });
  expect(await bench.sessions.answer(spec.id, answer)).toEqual({ outcome: "answered" });
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { cause: "exited", code: 0 } });
  expect(await said(spec.folder)).toEqual(["told r1 yes go on"]);
  expect(kinds(await Array.fromAsync(readSessionEvents(spec.folder, 0)), "answer")).toMatchObject([answer]);
  expect(await bench.sessions.asks(spec.id)).toEqual([]);
  expect(await bench.sessions.answer(spec.id, answer)).toMatchObject({ outcome: "refused" });
});

test("what the agent takes back holds no clock up", async () => {
  const bench = await openBench("process");
  const limits = { ...none, silenceMs: 1_000, permissionMs: 600_000 };
  const spec = bench.spec(bench.actor("recants", "anything"), { protocol: bench.protocol, limits });
  await bench.sessions.start(spec);
  const answer = { request: "r1", allow: true, from: "ada", why: "go on" };
  await waitFor("the question to be taken back", async () => {
    const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
    return events.some((event) => event.kind === "agent" && event.event.type === "permission:withdrawn");
  });
  expect(await bench.sessions.asks(spec.id)).toEqual([]);
  expect(await bench.sessions.answer(spec.id, answer)).toMatchObject({ outcome: "refused" });
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { cause: "silence" } });
});

test("what nobody answers is denied, and the agent is not silent meanwhile", async () => {
  const bench = await openBench("process");
  const limits = { ...none, silenceMs: 3_000, permissionMs: 4_000 };
  const spec = bench.spec(bench.actor("asks", "anything"), { protocol: bench.protocol, limits });
  await bench.sessions.start(spec);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { cause: "exited", code: 0 } });
  expect(await said(spec.folder)).toEqual([expect.stringMatching(/^told r1 no Nobody answered/)]);
});

test("a quiet agent is spoken to, then asked to end its turn for good, and the reason is its silence", async () => {
  const bench = await openBench("process");
  const limits = { ...none, noProgressMs: 1_500, nudgeShare: 0.4 };
  const spec = bench.spec(bench.actor("deaf"), { protocol: bench.protocol, limits });
  await bench.sessions.start(spec);
  const exit = { cause: "no_progress", code: 0 };
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit });
  const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
  expect(kinds(events, "input")[0]).toMatchObject({
    from: "orch",
    messageId: expect.stringMatching(/^nudge-/) as string,
  });
  expect(kinds(events, "undelivered")).toMatchObject([{ why: "the agent ended before it showed the message" }]);
}, 60_000);

test("who takes over is not talked into, and the clock of silence waits for them", async () => {
  const bench = await openBench("process");
  const limits = { ...none, silenceMs: 500 };
  const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol, limits });
  await bench.sessions.start(spec);
  expect(await bench.sessions.hold(spec.id, { by: "ada", ms: 2_000 })).toEqual({ waiting: 0, holders: ["ada"] });
  const orch = { id: "o", from: "orch", text: "hello" };
  expect(await bench.sessions.send(spec.id, orch)).toEqual({ outcome: "refused", why: "taken over by ada" });
  expect(await bench.sessions.send(spec.id, { id: "a", from: "ada", text: "hello" })).toEqual({ outcome: "delivered" });
  const end = await bench.sessions.wait(spec.id, forever);
  expect(end).toMatchObject({ exit: { cause: "silence" } });
  const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
  // Its silence would have ended the session before she let go.
  const [held, released] = kinds(events, "hold");
  expect([held, released]).toMatchObject([{ by: "ada" }, {}]);
  expect(kinds(events, "input").filter(({ at }) => at < (released?.at ?? 0))).toHaveLength(1);
}, 60_000);

test("people on several terminals each hold for themselves, and orch speaks when the last has left", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  const hold = async (by: string, terminal: string, ms: number): Promise<readonly string[]> =>
    (await bench.sessions.hold(spec.id, { by, terminal, ms })).holders;
  const attached = [
    ["ada", "1"],
    ["ada", "2"],
    ["eve", "3"],
  ] as const;
  for (let renewal = 0; renewal < 2; renewal += 1) {
    for (const [by, terminal] of attached) await hold(by, terminal, 60_000);
  }
  const speak = async (id: string): Promise<string> =>
    (await bench.sessions.send(spec.id, { id, from: "orch", text: "hello" })).outcome;
  expect(await hold("ada", "1", 0)).toEqual(["ada", "eve"]);
  expect(await hold("ada", "2", 0)).toEqual(["eve"]);
  expect(await speak("early")).toBe("refused");
  expect(await hold("eve", "3", 0)).toEqual([]);
  expect(await speak("late")).toBe("delivered");
  const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
  const told = events.flatMap((event) => (event.kind === "hold" ? [{ by: event.by, left: event.left }] : []));
  expect(told).toEqual([{ by: "ada" }, { by: "eve" }, { left: "ada", by: "eve" }, { left: "eve" }]);
});

test("what is said to a session that is still starting reaches it once it has, and who looks does not wait", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("converse"), { protocol: "late lines" });
  const started = bench.sessions.start(spec);
  await waitFor("the supervisor", async () => (await bench.sessions.list()).length > 0);
  const other = await bench.reopen();
  const abandoned = other.send(spec.id, { id: "b", from: "eve", text: "never mind" });
  const sent = bench.sessions.send(spec.id, { id: "a", from: "ada", text: "hello" });
  const held = bench.sessions.hold(spec.id, { by: "ada", ms: 60_000 });
  await expect(bench.sessions.asks(spec.id)).rejects.toMatchObject({
    code: "session_failed",
    hint: "Try again in a moment.",
  });
  await Promise.all([expect(abandoned).rejects.toMatchObject({ code: "interrupted" }), other[Symbol.asyncDispose]()]);
  await writeFile(join(spec.folder, "go"), "");
  expect(await sent).toEqual({ outcome: "delivered" });
  expect(await held).toMatchObject({ holders: ["ada"] });
  await started;
});

test("what is said to a session that ends before it has started is refused", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(["/nonexistent"], { protocol: "late lines" });
  const started = bench.sessions.start(spec);
  await waitFor("the supervisor", async () => (await bench.sessions.list()).length > 0);
  const sent = bench.sessions.send(spec.id, { id: "a", from: "ada", text: "hello" });
  await writeFile(join(spec.folder, "go"), "");
  expect(await sent).toEqual({ outcome: "refused", why: "the session has ended" });
  await started;
});

test("a message that the agent never showed is told when it has ended", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  const unheard = bench.sessions.send(spec.id, { id: "u", from: "ada", text: "unheard" });
  expect(await bench.sessions.send(spec.id, { id: "f", from: "ada", text: "finish" })).toEqual({
    outcome: "delivered",
  });
  expect(await unheard).toMatchObject({ outcome: expect.stringMatching(/^(queued|refused)$/) as string });
  await bench.sessions.wait(spec.id, forever);
  const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
  expect(kinds(events, "undelivered")).toMatchObject([{ messageId: "u" }]);
});

test("viewers from any offset see every event once, and one that stands still holds nobody up", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("count", "20000"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  const still = bench.sessions.follow(spec.id, { after: 0, signal: forever })[Symbol.asyncIterator]();
  await still.next();
  const view = async (after: number): Promise<readonly number[]> => {
    const seen: number[] = [];
    for await (const { seq } of bench.sessions.follow(spec.id, { after, signal: forever })) seen.push(seq);
    return seen;
  };
  const views = await Promise.all([0, 1, 777, 19_999].map(view));
  const last = views[0]?.at(-1) ?? 0;
  expect(last).toBeGreaterThan(20_000);
  for (const [index, after] of [0, 1, 777, 19_999].entries()) {
    expect(views[index]).toEqual(Array.from({ length: last - after }, (_, step) => after + step + 1));
  }
  await still.return?.();
}, 60_000);

test("the transcript hides what was known at the start, and what is learned while the session runs", async () => {
  const bench = await openBench("process");
  bench.know({ secrets: ["pantry door"], patterns: [] });
  const spec = bench.spec(bench.actor("asks", "the pantry door"), { protocol: bench.protocol });
  await bench.sessions.start(spec);
  await waitFor("the question", async () => (await bench.sessions.asks(spec.id)).length > 0);
  bench.know({ secrets: ["correct horse"], patterns: [{ name: "badge", pattern: /badge-[0-9]{3}/g }] });
  await bench.sessions.teach();
  const why = "correct horse, badge-123, pantry door";
  await bench.sessions.answer(spec.id, { request: "r1", allow: true, from: "ada", why });
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { cause: "exited", code: 0 } });
  const transcript = await readFile(join(spec.folder, "transcript.log"), "utf8");
  expect(transcript).toContain("? the [redacted:known-secret]");
  const shown = "[redacted:known-secret], [redacted:badge], [redacted:known-secret]";
  expect(transcript).toContain(`! ada allows: ${shown}`);
  expect(transcript).toContain(`told r1 yes ${shown}`);
  expect(await readdir(spec.folder)).not.toContain("secrets.json");
  await expect(bench.sessions.teach(), "nobody is left to be told").resolves.toBeUndefined();
});
