import {
  complexities,
  parseAgentName,
  unwrap,
  type AgentName,
  type Landing,
  type RouteDecision,
  type Router,
  type RoutingContext,
  type Task,
} from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sampleAgent, sampleTask } from "./samples.ts";
import { projectOf } from "./workspace-bench.ts";

type Make = () => Router;

const name = (text: string): AgentName => unwrap(parseAgentName(text));
const known = ["codex", "claude", "kimi", "one"].map(name);
const agents = fc.subarray([...known, name("stranger")]);
/** A function, as the first such text takes a second, which every test that loads this package would wait. */
const tasks = (): fc.Arbitrary<Task> => {
  const oddText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "agent:",
      "agent:codex",
      "agent:__proto__",
      "agent:nobody",
      "complexity:constructor",
      "x".repeat(1e5),
    ),
  );
  return fc
    .record({
      title: oddText,
      body: oddText,
      labels: fc.array(oddText, { maxLength: 6 }),
      avoid: agents,
      pins: fc.record(
        { agent: fc.constantFrom(...known), model: oddText, complexity: fc.constantFrom(...complexities) },
        { requiredKeys: [] },
      ),
    })
    .map(sampleTask);
};

const landings: fc.Arbitrary<readonly Landing[]> = fc.array(
  fc.record({
    project: fc.constant(sampleTask().project),
    complexity: fc.constantFrom(...complexities),
    agent: fc.constantFrom(...known),
    fate: fc.constantFrom("landed", "lost"),
    reworks: fc.constant(0),
    at: fc.nat(),
  }),
  { maxLength: 12 },
);
const learning = { halfLifeMs: 1000, share: 0.05, minTasks: 2, minLanded: 0.2, costWeight: 0.1 };

const contexts: fc.Arbitrary<RoutingContext> = fc
  .record({
    available: agents,
    part: agents,
    last: fc.option(fc.constantFrom(...known)),
    routed: fc.boolean(),
    landings,
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    mode: fc.constantFrom("off", "shadow", "on"),
  })
  .map(({ available, part, last, routed, mode, ...more }) => ({
    available,
    ...more,
    project: projectOf("/source", {
      agents: Object.fromEntries(known.map((agent) => [agent, sampleAgent])),
      ...(routed
        ? {
            routing: {
              agents: part,
              fallback: "one",
              models: { complex: { codex: "large" } },
              ...(mode === "off" ? {} : { learning: { ...learning, mode } }),
            },
          }
        : {}),
    }),
    ...(last === null ? {} : { lastAgent: last }),
  }));

/** The contract of `Router`. */
export function describeRouter(title: string, { make }: { readonly make: Make }): void {
  describe(`Router contract: ${title}`, () => {
    describeDecisions(make);
    describePins(make);
  });
}

function always(make: Make, check: (decision: RouteDecision, task: Task, context: RoutingContext) => void) {
  return fc.assert(
    fc.asyncProperty(tasks(), contexts, async (task, context) =>
      check(await make().route(task, context), task, context),
    ),
    { numRuns: 200 },
  );
}

function describeDecisions(make: Make): void {
  test("never chooses an agent that is not available, and never throws, however odd the task", () =>
    always(make, (decision, _task, { available }) => {
      if (decision.kind === "assigned") expect(available).toContain(decision.assignment.agent);
      else expect(decision.detail.trim()).not.toBe("");
    }));

  test("explains itself: a log that is never empty, and a reason with every assignment", () =>
    always(make, (decision) => {
      expect(decision.log.length).toBeGreaterThan(0);
      expect(decision.log.every((line) => line.trim() !== "")).toBe(true);
      if (decision.kind === "assigned") expect(decision.assignment.why.trim()).not.toBe("");
    }));

  test("gives every assignment one of the known tiers", () =>
    always(make, (decision) => {
      if (decision.kind === "assigned") expect(complexities).toContain(decision.assignment.complexity);
    }));

  test("the same input gives the same decision, also from another router and after other questions", () =>
    fc.assert(
      fc.asyncProperty(tasks(), tasks(), contexts, async (task, other, context) => {
        const router = make();
        const first = await router.route(task, context);
        await router.route(other, context);
        expect(await router.route(task, context)).toEqual(first);
        expect(await make().route(task, context)).toEqual(first);
      }),
      { numRuns: 100 },
    ));

  test("changes nothing that it was given", () =>
    fc.assert(
      fc.asyncProperty(tasks(), contexts, async (task, context) => {
        const before = structuredClone({ task, context });
        await make().route(task, context);
        expect({ task, context }).toEqual(before);
      }),
      { numRuns: 100 },
    ));

  test("says nobody when no agent is available", async () => {
    const decision = await make().route(sampleTask(), { project: projectOf("/source"), available: [] });
    expect(decision.kind).toBe("nobody");
  });
}

function describePins(make: Make): void {
  test("a pinned agent is taken when it is available, even one to avoid, and nobody is when it is not", () =>
    always(make, (decision, { pins }, { available }) => {
      if (pins.agent === undefined) return;
      if (available.includes(pins.agent)) expect(decision).toMatchObject({ assignment: { agent: pins.agent } });
      else expect(decision.kind).toBe("nobody");
    }));

  test("a pinned model and a pinned tier are kept", () =>
    always(make, (decision, { pins }) => {
      if (decision.kind === "assigned") expect(decision.assignment).toMatchObject(withoutAgent(pins));
    }));
}

function withoutAgent({ agent: _agent, ...rest }: Task["pins"]): Omit<Task["pins"], "agent"> {
  return rest;
}
