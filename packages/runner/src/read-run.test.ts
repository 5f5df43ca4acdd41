import type { AgentEvent, SessionEvent, SessionExit } from "@orch/core";
import { addUsage, noUsage } from "@orch/core";
import { expect, test } from "vitest";

import { readRun, type AgentRun } from "./read-run.ts";

const exit: SessionExit = {
  cause: "exited",
  code: 0,
  startedAt: 0,
  endedAt: 1,
  outputBytes: 0,
  outputHash: "",
  lastSeq: 0,
  survivors: 0,
  sandbox: "none",
};

type Told = SessionEvent extends infer One ? (One extends unknown ? Omit<One, "seq" | "at"> : never) : never;

async function* lines(told: readonly Told[]): AsyncGenerator<SessionEvent> {
  for (const [seq, one] of [...told, { kind: "exit", exit } as const].entries()) {
    yield await Promise.resolve({ ...one, seq, at: 0 } as SessionEvent);
  }
}

function read(told: readonly Told[], kept?: number): Promise<AgentRun> {
  return readRun(lines(told), { stop: new AbortController(), ...(kept === undefined ? {} : { kept }) });
}

function agent(event: AgentEvent): Told {
  return { kind: "agent", event };
}

test("of a long run the beginning and the end are kept, and every token and turn", async () => {
  const usage = { ...noUsage, inputTokens: 10, outputTokens: 1 };
  const rounds = Array.from({ length: 200 }, (_, index) => [
    agent({ type: "turn:started", turn: index + 1 }),
    agent({ type: "text", text: `word ${index} ${"x".repeat(500)}` }),
    agent({ type: "usage", usage }),
  ]).flat();
  const { events } = await read(rounds, 20_000);
  const sum = events.reduce((all, event) => (event.type === "usage" ? addUsage(all, event.usage) : all), noUsage);
  expect([sum.inputTokens, sum.outputTokens]).toEqual([2000, 200]);
  expect(events.filter(({ type }) => type === "turn:started")).toHaveLength(200);
  const words = events.flatMap((event) => (event.type === "text" ? [event.text.split(" ")[1]] : []));
  expect(words.length).toBeLessThan(100);
  expect([words[0], words.at(-1)]).toEqual(["0", "199"]);
});

test("what counts is bounded too", async () => {
  const one = agent({ type: "turn:started", turn: 1 });
  const { events } = await read(
    Array.from({ length: 5000 }, () => one),
    10_000,
  );
  expect(JSON.stringify(events).length).toBeLessThan(40_000);
});

test("what people said is kept, newest first to stay, and not what orch said", async () => {
  const said = Array.from({ length: 25 }, (_, index): Told => {
    return { kind: "input", messageId: `m-${index}`, from: "ada", text: `${index} ${"y".repeat(5000)}` };
  });
  const run = await read([...said, { kind: "input", messageId: "nudge-1", from: "orch", text: "Go on." }]);
  expect(run.said).toHaveLength(20);
  expect(run.said.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => `m-${index + 5}`));
  expect(run.said[0]?.text).toHaveLength(4000);
});
