import type { AgentConversation, PermissionAnswer } from "@orch/core";
import { createFakeClock, type FakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { createPermissions, type Permissions } from "./permissions.ts";

interface Desk {
  readonly clock: FakeClock;
  readonly permissions: Permissions;
  /** What the agent was told. */
  readonly told: readonly string[];
  /** What was written down. */
  readonly noted: readonly PermissionAnswer[];
  ask(id: string): void;
}

function open(takes = true): Desk {
  const clock = createFakeClock();
  const told: string[] = [];
  const noted: PermissionAnswer[] = [];
  const agent: AgentConversation = {
    open: () => undefined,
    line: () => undefined,
    steer: () => ({ accepted: false, why: "" }),
    interrupt: () => false,
    answer({ id, allow }) {
      told.push(`${id} ${allow ? "yes" : "no"}`);
      return takes;
    },
  };
  const permissions = createPermissions(agent, {
    clock,
    deadlineMs: 10_000,
    answered: (answer) => noted.push(answer),
  });
  const ask = (id: string): void =>
    permissions.onEvent({ type: "permission:requested", id, what: "rm -rf /", tool: "Bash" });
  return { clock, permissions, told, noted, ask };
}

test("a person answers once, and the agent is told", () => {
  const { permissions, told, noted, ask, clock } = open();
  ask("r1");
  expect(permissions.list()).toMatchObject([
    { id: "r1", what: "rm -rf /", tool: "Bash", deadline: clock.now() + 10_000 },
  ]);
  const answer = { request: "r1", allow: true, from: "ada", why: "fine" };
  expect(permissions.answer(answer)).toEqual({ outcome: "answered" });
  expect(permissions.answer({ ...answer, allow: false })).toMatchObject({ outcome: "refused" });
  expect(permissions.answer({ ...answer, request: "r2" })).toMatchObject({ outcome: "refused" });
  expect([told, noted, permissions.list(), clock.pending]).toEqual([["r1 yes"], [answer], [], 0]);
});

test("what nobody answers in time is denied, each at its own time", async () => {
  const { permissions, told, noted, ask, clock } = open();
  ask("r1");
  await clock.advance(4_000);
  ask("r2");
  await clock.advance(6_000);
  expect(told).toEqual(["r1 no"]);
  expect(noted).toMatchObject([{ request: "r1", allow: false, from: "orch" }]);
  await clock.advance(4_000);
  expect([told, permissions.list()]).toEqual([["r1 no", "r2 no"], []]);
});

test("what the agent answers itself is open no more, and an agent that waits no more is no success", () => {
  const { permissions, told, ask } = open(false);
  ask("r1");
  permissions.onEvent({ type: "permission:answered", id: "r1", allowed: false });
  expect(permissions.list()).toEqual([]);
  ask("r2");
  expect(permissions.answer({ request: "r2", allow: true, from: "ada", why: "" })).toMatchObject({
    outcome: "refused",
  });
  expect(told).toEqual(["r2 yes"]);
});

test("what the agent takes back is open no more, and who answers it is told so", () => {
  const { permissions, told, noted, ask, clock } = open();
  ask("r1");
  permissions.onEvent({ type: "permission:withdrawn", id: "r1" });
  expect([permissions.list(), clock.pending]).toEqual([[], 0]);
  const why = "there is no such request, it was answered, or the agent took it back";
  expect(permissions.answer({ request: "r1", allow: true, from: "ada", why: "" })).toEqual({ outcome: "refused", why });
  expect([told, noted]).toEqual([[], []]);
});

test("a flood of questions is denied beyond a bound, and nothing is left behind at the end", async () => {
  const { permissions, told, ask, clock } = open();
  for (let number = 1; number <= 100; number += 1) ask(`r${number}`);
  await clock.advance(0);
  expect([permissions.list().length, told.length]).toEqual([64, 36]);
  permissions.close();
  expect([permissions.list(), clock.pending]).toEqual([[], 0]);
});
