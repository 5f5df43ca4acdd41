import type { AgentConversation, SteerMessage } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { createSteering } from "./steering.ts";

const message: SteerMessage = { id: "m1", from: "ada", text: "hello" };

function open(accept: boolean): {
  steering: ReturnType<typeof createSteering>;
  clock: ReturnType<typeof createFakeClock>;
  steered: readonly string[];
  accepted: readonly string[];
  notes: readonly string[];
} {
  const steered: string[] = [];
  const accepted: string[] = [];
  const clock = createFakeClock();
  const agent: AgentConversation = {
    open: () => undefined,
    line: () => undefined,
    interrupt: () => false,
    steer({ id }) {
      steered.push(id);
      return { accepted: accept, why: "no turn" };
    },
  };
  const notes: string[] = [];
  const parts = {
    clock,
    confirmMs: 1_000,
    accepted: ({ id }: SteerMessage) => accepted.push(id),
    undelivered: (id: string, why: string) => notes.push(`${id}: ${why}`),
    held: ({ by }: { readonly by?: string }) => notes.push(`held by ${by ?? "nobody"}`),
  };
  return { steering: createSteering(agent, parts), clock, steered, accepted, notes };
}

test("a message is delivered when the stream shows it, and handed over once", async () => {
  const { steering, clock, steered, accepted } = open(true);
  const receipts = [steering.send(message), steering.send(message)];
  steering.delivered("m1");
  expect(await Promise.all(receipts)).toEqual([{ outcome: "delivered" }, { outcome: "delivered" }]);
  expect([steered, accepted]).toEqual([["m1"], ["m1"]]);
  await Promise.resolve();
  expect(clock.pending).toBe(0);
});

test("a message that is shown late was queued at first and is delivered when asked again", async () => {
  const { steering, clock, steered } = open(true);
  const first = steering.send(message);
  await clock.advance(1_000);
  expect(await first).toMatchObject({ outcome: "queued" });
  expect(await steering.send(message)).toMatchObject({ outcome: "queued" });
  steering.delivered("m1");
  expect(await steering.send(message)).toEqual({ outcome: "delivered" });
  expect(steered).toEqual(["m1"]);
});

test("once the run is being ended, what waits is told, nothing is taken, and what the agent has may still be shown", async () => {
  const { steering, steered, notes } = open(true);
  const text = "x".repeat(200 * 1024);
  const receipts = ["1", "2", "3", "4", "5", "6"].map((id) => steering.send({ ...message, id, text }));
  expect(steered).toEqual(["1", "2", "3", "4", "5"]);
  steering.stop("orch ends the run");
  expect(notes).toEqual(["6: orch ends the run"]);
  expect(await receipts[5]).toEqual({ outcome: "refused", why: "orch ends the run" });
  expect(await steering.send(message)).toEqual({ outcome: "refused", why: "orch ends the run" });
  steering.delivered("1");
  expect(await receipts[0]).toEqual({ outcome: "delivered" });
  steering.close("the agent ended before it showed the message");
  expect(notes).toHaveLength(5);
});

test("what the agent does not accept, or is too long, is refused", async () => {
  const { steering, accepted } = open(false);
  expect(await steering.send(message)).toEqual({ outcome: "refused", why: "no turn" });
  const long = { ...message, id: "m2", text: "x".repeat(300_000) };
  expect(await steering.send(long)).toMatchObject({ outcome: "refused" });
  expect(await steering.send({ ...message, id: "m3", text: " \n" })).toMatchObject({ outcome: "refused" });
  expect(accepted).toEqual([]);
});

const large = "x".repeat(200_000);

test("an agent that does not listen is given a window, the rest waits in order, and what is too much is refused", async () => {
  const { steering, steered, accepted } = open(true);
  const sent = Array.from({ length: 100 }, (_, index) => steering.send({ id: `m${index}`, from: "ada", text: large }));
  expect(steered).toHaveLength(5);
  const refused = await Promise.all(sent.slice(accepted.length));
  expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(["refused"]));
  expect(accepted.length).toBeGreaterThan(80);
  for (let index = 0; index < accepted.length; index += 1) steering.delivered(`m${index}`);
  expect(steered).toEqual(accepted);
  expect(await Promise.all(sent.slice(0, accepted.length))).toEqual(accepted.map(() => ({ outcome: "delivered" })));
  void steering.send({ id: "later", from: "ada", text: "hello" });
  expect(steered.at(-1)).toBe("later");
});

test("what the agent never showed is told when it has ended, and never called delivered", async () => {
  const { steering, notes } = open(true);
  const receipts = Array.from({ length: 7 }, (_, index) =>
    steering.send({ id: `m${index}`, from: "ada", text: large }),
  );
  steering.delivered("m0");
  steering.close("it ended");
  const [first, ...rest] = await Promise.all(receipts);
  expect(first).toEqual({ outcome: "delivered" });
  expect(rest).toEqual(rest.map(() => ({ outcome: "refused", why: "it ended" })));
  expect(notes).toEqual(rest.map((_, index) => `m${index + 1}: it ended`));
  expect(await steering.send(message)).toEqual({ outcome: "refused", why: "it ended" });
});

test("who takes over fences orch off, after what was sent before, until they let go or their time is over", async () => {
  const { steering, clock, notes, steered } = open(true);
  const before = steering.send({ ...message, from: "orch" });
  expect(steering.hold({ by: "ada" }, 5_000)).toBe(1);
  expect(await steering.send({ ...message, id: "m2", from: "orch" })).toEqual({
    outcome: "refused",
    why: "taken over by ada",
  });
  void steering.send({ ...message, id: "m3", from: "ada" });
  expect(steered).toEqual(["m1", "m3"]);
  steering.delivered("m1");
  expect(await before).toEqual({ outcome: "delivered" });
  expect([steering.hold({ by: "eve" }, 0), steering.holders]).toEqual([1, ["ada"]]);
  expect([steering.hold({ by: "ada" }, 0), steering.holders]).toEqual([1, []]);
  steering.hold({ by: "eve" }, 5_000);
  await clock.advance(5_000);
  expect(steering.holders).toEqual([]);
  expect(notes).toEqual(["held by ada", "held by nobody", "held by eve", "held by nobody"]);
});

test("what the agent refuses afterwards gives its room in the window back, and is told", async () => {
  const { steering, clock, steered, notes } = open(true);
  const large = "x".repeat(256 * 1024);
  const receipts = ["1", "2", "3", "4", "5"].map((id) => steering.send({ id, from: "ada", text: large }));
  expect(steered).toEqual(["1", "2", "3", "4"]);
  steering.refused("1", "too large");
  expect(steered).toEqual(["1", "2", "3", "4", "5"]);
  expect(await receipts[0]).toEqual({ outcome: "refused", why: "too large" });
  steering.refused("1", "again");
  steering.refused("none", "unknown");
  expect(notes).toEqual(["1: too large"]);
  steering.close("over");
  expect(clock.pending).toBe(0);
});
