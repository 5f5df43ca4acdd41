import { defaultLabelNames, type LabelSettings } from "@orch/core";
import { array, assert, constantFrom, oneof, property, string, subarray } from "fast-check";
import { describe, expect, it, test } from "vitest";

import { labelCatalogue, labelChange, labelsToCreate, labelStatuses, looksOf, readLabels } from "../index.ts";
import type { ShownLabels, SingleLabel } from "./shown-labels.ts";

const orch: LabelSettings = { profile: "orch", names: defaultLabelNames };
const hub: LabelSettings = { profile: "hub", names: defaultLabelNames };
const read = (labels: readonly string[], ours: readonly string[] = []) => readLabels(labels, { settings: orch, ours });

test("an issue without labels says nothing", () => {
  expect(read([])).toEqual({
    pins: {},
    blockedBy: [],
    plan: false,
    orchestrate: false,
    queued: false,
    approved: false,
    others: [],
    problems: [],
  });
});

test("everything that a person can say is read, in any case", () => {
  const labels =
    "Agent:Claude model:opus-4.1 Complexity:HIGH priority:P0 size:XL blocked-by:#12,#3 checkin:10m budget:2h"
      .split(" ")
      .concat(
        "parent:7",
        "job:nightly",
        "PLAN",
        "Orchestrate",
        "bug",
        "role:frontend",
        "Blocked-By:#3",
        "orch:approved",
      );
  expect(read(labels)).toEqual({
    pins: { agent: "claude", model: "opus-4.1", complexity: "complex" },
    priority: 20,
    size: "xl",
    blockedBy: ["3", "12"],
    checkinMs: 600_000,
    budgetMs: 7_200_000,
    parent: "7",
    job: "nightly",
    plan: true,
    orchestrate: true,
    queued: false,
    approved: true,
    others: ["bug", "role:frontend"],
    problems: [],
  });
});

test.each([
  ["no-agent", "no_agent"],
  ["NO_GH", "no_gh"],
  ["local-only", "local_only"],
])("%s keeps an issue out", (label, excluded) => {
  expect(read([label]).excluded).toBe(excluded);
});

test.each([
  ["status:needs_review", "needs_review"],
  ["Status:In_Progress", "in_progress"],
  ["status:in-progress", "in_progress"],
  ["status:ready", "new"],
  ["agent:queued", "new"],
  ["agent:running", "in_progress"],
  ["agent:review", "in_review"],
  ["agent:done", "done"],
  ["agent:stalled", "needs_review"],
])("%s is the status %s, and pins no agent", (label, status) => {
  expect(read([label])).toMatchObject({ status, pins: {}, others: [], problems: [] });
});

test("of two statuses the person's counts", () => {
  expect(read(["status:needs_review", "status:new"], ["status:needs_review"]).status).toBe("new");
  expect(read(["status:new", "status:done"], ["status:new"]).status).toBe("done");
});

test("a label that orch put is never a person's pin", () => {
  const labels = ["agent:claude", "complexity:simple", "status:routed"];
  expect(read(labels, ["AGENT:claude", "complexity:simple"]).pins).toEqual({});
  expect(read([...labels, "agent:codex"], ["agent:claude", "complexity:simple"]).pins).toEqual({ agent: "codex" });
});

test("what can't be read is said, short and without control characters", () => {
  const reading = read([
    "agent:my agent",
    "complexity:huge",
    "budget:soon",
    "agent:\u202Ex",
    `priority:${"9".repeat(60)}`,
  ]);
  expect(reading.pins).toEqual({});
  expect(reading.problems).toEqual([
    'several labels name an agent; label "agent:my agent" counts',
    'label "agent:my agent" names no agent',
    'label "complexity:huge" is no complexity; use simple, medium or complex',
    `label "priority:${"9".repeat(31)}…" can't be read`,
    'label "budget:soon" can\'t be read',
  ]);
});

test("the words can be others", () => {
  const names = { ...defaultLabelNames, agent: "bot/", plan: "epic", status_done: "shipped" };
  expect(
    readLabels(["bot/codex", "epic", "shipped", "agent:claude", "plan"], { settings: { ...orch, names } }),
  ).toMatchObject({
    pins: { agent: "codex" },
    plan: true,
    status: "done",
    others: ["agent:claude", "plan"],
  });
});

const is = (label: string): SingleLabel => ({ kind: "is", label });
const none: SingleLabel = { kind: "none" };
const stays: SingleLabel = { kind: "stays" };
const change = (
  current: readonly string[],
  wanted: ShownLabels,
  { ours = [], settings = orch }: { readonly ours?: readonly string[]; readonly settings?: LabelSettings } = {},
) => labelChange(current, wanted, { settings, ours });

describe("labelChange", () => {
  it("leaves one status, whoever put the others", () => {
    expect(
      change(["bug", "status:new", "Status:Done", "status:ready"], {
        status: "status:routed",
        agent: stays,
        complexity: stays,
      }),
    ).toEqual({
      add: ["status:routed"],
      remove: ["status:new", "Status:Done", "status:ready"],
      ours: ["status:routed"],
    });
  });

  it("replaces its own agent, and leaves a person's alone", () => {
    const wanted = { status: "status:routed", agent: is("agent:codex"), complexity: is("complexity:simple") };
    const current = ["status:routed", "agent:claude", "complexity:complex"];
    expect(change(current, wanted, { ours: ["agent:claude"] })).toEqual({
      add: ["agent:codex"],
      remove: ["agent:claude"],
      ours: ["status:routed", "agent:codex"],
    });
    expect(change(current, wanted)).toEqual({ add: [], remove: [], ours: ["status:routed"] });
    expect(change(["agent:claude"], { agent: none, complexity: none }, { ours: ["agent:claude"] }).remove).toEqual([
      "agent:claude",
    ]);
  });

  it("writes the second seed's words only where they are wanted", () => {
    const wanted = { status: "status:in_review", lifecycle: "agent:review", agent: stays, complexity: stays };
    expect(change(["orchestrate", "agent:running", "status:in_progress"], wanted, { settings: hub })).toEqual({
      add: ["status:in_review", "agent:review"],
      remove: ["agent:running", "status:in_progress"],
      ours: ["status:in_review", "agent:review"],
    });
    const { lifecycle: _, ...plain } = wanted;
    expect(change(["agent:running", "status:in_progress"], plain)).toMatchObject({ remove: ["status:in_progress"] });
  });

  it("takes nothing of others away, comes to rest, and shows one status", () => {
    const states = labelStatuses.map((status) => `status:${status}`);
    const agents = ["agent:claude", "agent:codex", "AGENT:Kimi", "complexity:simple", "complexity:complex"];
    const words = ["bug", "agent:running", "agent:done", "no-agent", "blocked-by:#3", "orchestrate"];
    const label = oneof(constantFrom(...states, ...agents, ...words), string({ maxLength: 12 }));
    const one = oneof(constantFrom<SingleLabel>(none, stays), constantFrom("agent:claude", "agent:codex").map(is));
    const tier = oneof(constantFrom<SingleLabel>(none, stays), constantFrom("complexity:simple").map(is));
    assert(
      property(
        array(label),
        subarray(agents),
        constantFrom(...states),
        one,
        tier,
        constantFrom(orch, hub),
        (...made) => {
          const [labels, ours, status, agent, complexity, settings] = made;
          const current = [...new Map(labels.map((each) => [each.toLowerCase(), each])).values()];
          const wanted = { status, agent, complexity };
          const first = change(current, wanted, { ours, settings });
          const after = [...current.filter((each) => !first.remove.includes(each)), ...first.add];
          expect(after.filter((each) => states.includes(each.toLowerCase()))).toHaveLength(1);
          const mine = new Set(ours.map((each) => each.toLowerCase()));
          const taken = first.remove.filter((each) => !each.startsWith("status:") && !mine.has(each.toLowerCase()));
          expect(taken.filter((each) => settings.profile === "orch" || !/^agent:(?:running|done)$/.test(each))).toEqual(
            [],
          );
          expect(change(after, wanted, { ours: first.ours, settings })).toEqual({
            add: [],
            remove: [],
            ours: first.ours,
          });
          const pins = readLabels(after, { settings, ours: first.ours }).pins;
          const before = readLabels(current, { settings, ours }).pins;
          expect(pins).toEqual(before);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("the catalogue", () => {
  it("has the first seed's colours and descriptions", () => {
    const looks = Object.fromEntries(
      labelsToCreate(orch).map(({ name, color, description }) => [name, [color, description]]),
    );
    expect(looks).toMatchObject({
      "status:new": ["0e8a16", "Task status: new"],
      "status:routed": ["1d76db", "Task status: routed"],
      "status:in_progress": ["fbca04", "Task status: in_progress"],
      "status:done": ["6f42c1", "Task status: done"],
      "status:blocked": ["d73a4a", "Task status: blocked"],
      "status:in_review": ["0075ca", "Task status: in_review"],
      "status:needs_review": ["e4e669", "Task status: needs_review"],
    });
    expect(Object.keys(looks)).not.toContain("agent:queued");
    expect(labelsToCreate(hub).map(({ name }) => name)).toContain("agent:queued");
    expect(looksOf("agent:claude", orch)).toMatchObject({ name: "agent:claude", color: "c5def5" });
    expect(looksOf("whatever", orch)).toEqual({ name: "whatever", color: "c5def5", description: "" });
  });

  it("fits what a forge takes", () => {
    for (const { color, description, name } of labelCatalogue(hub)) {
      expect(color).toMatch(/^[0-9a-f]{6}$/);
      expect(description.length).toBeLessThanOrEqual(100);
      expect(name.length).toBeLessThanOrEqual(50);
    }
  });
});
