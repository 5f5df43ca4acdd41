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
  const parts = { clock, confirmMs: 1_000, accepted: ({ id }: SteerMessage) => accepted.push(id) };
  return { steering: createSteering(agent, parts), clock, steered, accepted };
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

test("what the agent does not accept, or is too long, is refused", async () => {
  const { steering, accepted } = open(false);
  expect(await steering.send(message)).toEqual({ outcome: "refused", why: "no turn" });
  const long = { ...message, id: "m2", text: "x".repeat(70_000) };
  expect(await steering.send(long)).toMatchObject({ outcome: "refused" });
  expect(accepted).toEqual([]);
});
