import {
  parseAgentName,
  parseProjectId,
  unwrap,
  type AgentName,
  type Landing,
  type LearningSettings,
} from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { learnChoice, type LearningInput } from "./learn-choice.ts";

const DAY_MS = 86_400_000;
const NOW = 1000 * DAY_MS;
const project = unwrap(parseProjectId("acme/app"));
const elsewhere = unwrap(parseProjectId("acme/other"));
const names: readonly AgentName[] = ["codex", "claude", "kimi"].map((name) => unwrap(parseAgentName(name)));
const [codex, claude, kimi] = names;
if (codex === undefined || claude === undefined || kimi === undefined) throw new Error("no names");

const settings: LearningSettings = {
  mode: "on",
  halfLifeMs: 30 * DAY_MS,
  share: 0.05,
  minTasks: 8,
  minLanded: 0.2,
  costWeight: 0.1,
};

function landing(agent: AgentName, over: Partial<Landing> = {}): Landing {
  return { project, complexity: "medium", agent, fate: "landed", reworks: 0, at: NOW - DAY_MS, ...over };
}

function times(count: number, one: Landing): readonly Landing[] {
  return Array.from({ length: count }, () => one);
}

function inputWith(landings: readonly Landing[], over: Partial<LearningInput> = {}): LearningInput {
  const question = { project, complexity: "medium", now: NOW } as const;
  return { settings, question, arms: names.map((agent) => ({ agent })), landings, chance: 0.999, ...over };
}

/** How often each is chosen, in all of chance. */
function shares(input: LearningInput, steps = 400): Readonly<Record<string, number>> {
  const counts: Record<string, number> = Object.fromEntries(input.arms.map(({ agent }) => [agent, 0]));
  for (let step = 0; step < steps; step += 1) {
    const agent = learnChoice({ ...input, chance: (step + 0.5) / steps })?.agent ?? "nobody";
    counts[agent] = (counts[agent] ?? 0) + 1 / steps;
  }
  return counts;
}

const known = fc.array(
  fc.record({
    project: fc.constantFrom(project, elsewhere),
    complexity: fc.constantFrom("simple", "medium"),
    agent: fc.constantFrom(...names),
    fate: fc.constantFrom("landed", "reworked", "lost"),
    reworks: fc.integer({ min: 0, max: 5 }),
    costUsd: fc.double({ min: 0, max: 1e6, noNaN: true }),
    at: fc.integer({ min: 0, max: 2 * NOW }),
  }),
  { maxLength: 60 },
);

describe("floors", () => {
  test("whatever is known, each keeps its share of all choices, and an unproven one its fair turns", () => {
    fc.assert(
      fc.property(known, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (landings, share) => {
        const input = inputWith(landings, { settings: { ...settings, share } });
        const got = shares(input, 120);
        for (const { agent, floor, share: least } of learnChoice(input)?.candidates ?? []) {
          expect(least).toBeCloseTo(floor === "unproven" ? 1 / 3 : Math.min(1 / 3, share), 12);
          expect(got[agent]).toBeGreaterThanOrEqual(least - 1 / 120 - 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("an agent with seven lost tasks keeps its turns; with eight it does not", () => {
    const others = [...times(20, landing(claude)), ...times(20, landing(kimi))];
    const lost = landing(codex, { fate: "lost" });
    expect(shares(inputWith([...others, ...times(7, lost)]))["codex"]).toBeCloseTo(1 / 3, 2);
    expect(shares(inputWith([...others, ...times(8, lost)]))["codex"]).toBeCloseTo(0.05, 2);
  });

  test("who lands too little is held back, unless all do", () => {
    const lost = names.map((agent) => landing(agent, { fate: "lost" }));
    const all = lost.flatMap((one) => times(10, one));
    const one = learnChoice(
      inputWith([...times(10, landing(claude)), ...times(10, landing(kimi)), ...all.slice(0, 10)]),
    );
    expect(one?.candidates.map(({ floor }) => floor)).toEqual(["held_back", "none", "none"]);
    expect(shares(inputWith(all))).toEqual({
      codex: expect.closeTo(1 / 3, 0) as number,
      claude: expect.closeTo(1 / 3, 0) as number,
      kimi: expect.closeTo(1 / 3, 0) as number,
    });
  });

  test("poisoned evidence keeps nobody out for ever: it fades, and then the turns are back", () => {
    const poison = [
      ...times(500, landing(codex, { fate: "lost" })),
      ...times(50, landing(claude)),
      ...times(50, landing(kimi)),
    ];
    const later = (days: number) =>
      inputWith(poison, { question: { project, complexity: "medium", now: NOW + days * DAY_MS } });
    expect(shares(later(0))["codex"]).toBeCloseTo(0.05, 2);
    expect(shares(later(120))["codex"]).toBeGreaterThanOrEqual(1 / 3 - 0.01);
    // Good work is found out long before, although it only had its share.
    const good = times(60, landing(codex, { at: NOW + DAY_MS }));
    expect(shares(inputWith([...poison, ...good]))["codex"]).toBeGreaterThan(0.3);
  });
});

describe("evidence", () => {
  const meanOf = (landings: readonly Landing[], over: Partial<LearningInput["question"]> = {}): number =>
    learnChoice(inputWith(landings, { question: { project, complexity: "medium", now: NOW, ...over } }))?.candidates[0]
      ?.mean ?? -1;

  test("nothing known is a half; rework is worth less than none, and more than nothing", () => {
    expect(meanOf([])).toBe(0.5);
    const [landed, reworked, lost] = [
      landing(codex),
      landing(codex, { fate: "reworked", reworks: 1 }),
      landing(codex, { fate: "lost" }),
    ].map((one) => meanOf(times(10, one)));
    expect([landed, reworked, lost].map((mean) => mean?.toFixed(2))).toEqual(["0.92", "0.50", "0.08"]);
  });

  test("another complexity or project is believed a little, and soon outweighed", () => {
    const far = times(40, landing(codex, { fate: "lost", project: elsewhere }));
    expect(meanOf(far)).toBeLessThan(0.05);
    expect(meanOf([...far, ...times(12, landing(codex))])).toBeGreaterThan(0.6);
  });

  test("the same kind counts as it is, another kind as a few tasks", () => {
    const landings = [
      ...times(40, landing(codex, { kind: "docs" })),
      ...times(12, landing(codex, { kind: "bug", fate: "lost" })),
    ];
    expect(meanOf(landings, { kind: "docs" })).toBeGreaterThan(0.85);
    expect(meanOf(landings, { kind: "bug" })).toBeLessThan(0.4);
  });

  test("another model is another candidate", () => {
    expect(meanOf(times(10, landing(codex, { model: "small" })))).toBe(0.5);
  });

  test("what is old counts less, and what lies in the future no more than now", () => {
    const old = landing(codex, { fate: "lost", at: NOW - 60 * DAY_MS });
    const fresh = times(4, landing(codex));
    expect(meanOf([...fresh, ...times(4, old)])).toBeGreaterThan(0.7);
    expect(meanOf(times(4, landing(codex, { at: 9 * NOW })))).toBeCloseTo(5 / 6, 9);
  });
});

describe("cost", () => {
  const costs = (some: readonly (number | undefined)[]): readonly (number | undefined)[] => {
    const landings = names.map((agent, index) => {
      const costUsd = some[index];
      return landing(agent, costUsd === undefined ? {} : { costUsd });
    });
    return (learnChoice(inputWith(landings))?.candidates ?? []).map(({ costTerm }) => Number(costTerm.toFixed(3)));
  };

  test.each([
    ["the dearest loses the most", [4, 1, 2], [0.1, 0.025, 0.05]],
    ["an unknown one as much as the others", [4, 2, undefined], [0.1, 0.05, 0.075]],
    ["one that is known alone nothing", [4, undefined, undefined], [0, 0, 0]],
    ["what costs nothing nothing", [0, 0, 0], [0, 0, 0]],
  ])("%s", (_name, some, expected) => expect(costs(some)).toEqual(expected));

  test("of equals the cheaper is taken more often, and a poor cheap one is not", () => {
    const dear = times(30, landing(codex, { costUsd: 10 }));
    const cheap = times(30, landing(claude, { costUsd: 1 }));
    const poor = times(30, landing(kimi, { costUsd: 0.1, fate: "reworked", reworks: 1 }));
    const got = shares(inputWith([...dear, ...cheap, ...poor]));
    expect(got["claude"]).toBeGreaterThan(0.7);
    expect(got["kimi"]).toBeLessThan(0.1);
  });
});

test("one candidate leaves nothing to choose, and the same input gives the same choice", () => {
  expect(learnChoice(inputWith([], { arms: [{ agent: codex }] }))).toBeUndefined();
  const input = inputWith(times(9, landing(claude)));
  expect(learnChoice(input)).toEqual(learnChoice(structuredClone(input)));
});
