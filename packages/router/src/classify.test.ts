import {
  parseAgentName,
  unwrap,
  type AgentName,
  type ClassificationRequest,
  type Classifier,
  type RoutingContext,
  type RoutingSettings,
  type Task,
} from "@orch/core";
import { describeRouter, projectOf, sampleAgent, sampleTask } from "@orch/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRouter } from "./create-router.ts";

const name = (text: string): AgentName => unwrap(parseAgentName(text));
const answer = {
  executor: "claude",
  complexity: "complex",
  reason: "needs taste",
  profile: { role: "frontend specialist", skills: ["css"], tools: ["rg"], constraints: ["no new dependencies"] },
  selected_skills: ["design", "unheard-of"],
};

function contextWith(routing: Partial<RoutingSettings> = {}, over: Partial<RoutingContext> = {}): RoutingContext {
  const agents = { codex: sampleAgent, claude: sampleAgent };
  const classifier = { agent: "claude", model: "haiku", timeoutMs: 1_000, maxAttempts: 3 };
  const models = { complex: { claude: "opus" } };
  return {
    project: projectOf("/source", { agents, routing: { agents: [], models, classifier, ...routing } }),
    available: ["codex", "claude"].map(name),
    skills: [{ id: "design", name: "Design", description: "How our pages look" }],
    ...over,
  };
}

function asked(value: unknown): { readonly classifier: Classifier; readonly requests: ClassificationRequest[] } {
  const requests: ClassificationRequest[] = [];
  return {
    requests,
    classifier: (request) => {
      requests.push(request);
      return Promise.resolve({ kind: "answer", value });
    },
  };
}

const fails: Classifier = () => Promise.resolve({ kind: "failed", why: "no answer in 120 s" });

function route(classifier: Classifier, context = contextWith(), task: Task = sampleTask()) {
  return createRouter({ classifier }).route(task, context);
}

describeRouter("a classifier that answers", { make: () => createRouter(asked(answer)) });
describeRouter("a classifier that fails", { make: () => createRouter({ classifier: fails }) });

describe("classification", () => {
  test("gives agent, tier, model, profile and the known skills", async () => {
    const { classifier, requests } = asked(answer);
    const context = contextWith({ defaultSkills: ["git"], allowedTools: ["jq"] });
    expect(await route(classifier, context)).toEqual({
      kind: "assigned",
      question: { asked: context.project.routing?.classifier, reply: { kind: "answer", value: answer } },
      classification: "answered",
      assignment: {
        agent: "claude",
        complexity: "complex",
        model: "opus",
        why: "classifier: claude (haiku) chose claude: needs taste",
        profile: { ...answer.profile, tools: ["rg", "jq"] },
        skills: ["design", "git"],
      },
      log: [
        "classifier: claude (haiku) chose claude: needs taste",
        "complexity: complex, says the classifier",
        "model: opus, by model_map.complex.claude",
        "skills: ignored unknown ones (unheard-of)",
      ],
    });
    expect(requests).toMatchObject([{ agents: ["codex", "claude"], schema: { required: expect.any(Array) as [] } }]);
  });

  test.each([
    ["off", undefined],
    ["agentpr", ["git", "tests"]],
    ["agentpr_autonomous", ["design", "tests", "git"]],
  ] as const)("in the skills mode %s it gives %j", async (skillsMode, skills) => {
    const context = contextWith({ skillsMode, defaultSkills: ["git"], requiredSkills: ["tests"] });
    const decision = await route(asked(answer).classifier, context);
    const given = decision.kind === "assigned" ? decision.assignment.skills : [];
    expect(given?.toSorted()).toEqual(skills?.toSorted());
    const bare = await createRouter().route(sampleTask(), context);
    const standing = bare.kind === "assigned" ? bare.assignment.skills : [];
    expect(standing?.toSorted()).toEqual(skillsMode === "off" ? undefined : ["git", "tests"]);
  });

  test("is not asked about pinned tasks, and a written tier wins over its own", async () => {
    const { classifier, requests } = asked(answer);
    await route(classifier, contextWith(), sampleTask({ labels: ["agent:codex"] }));
    expect(requests).toEqual([]);
    const decision = await route(classifier, contextWith(), sampleTask({ labels: ["complexity:simple"] }));
    expect(decision).toMatchObject({ assignment: { agent: "claude", complexity: "simple" } });
  });

  test("is not offered agents that just failed the task", async () => {
    const { classifier, requests } = asked({ ...answer, executor: "codex" });
    await route(classifier, contextWith(), sampleTask({ avoid: [name("claude")] }));
    expect(requests).toMatchObject([{ agents: ["codex"] }]);
  });

  test("an agent that is not to be had becomes the first that is", async () => {
    const decision = await route(asked({ ...answer, executor: "gemini" }).classifier);
    expect(decision).toMatchObject({
      assignment: {
        agent: "codex",
        why: "classifier: claude (haiku) chose gemini, which is not to be had; codex comes first",
      },
    });
  });

  test.each<[readonly string[], unknown, string | undefined]>([
    [["api"], answer, "backend-labeled task routed to claude"],
    [["docs"], { ...answer, executor: "codex" }, "docs-labeled task routed to codex"],
    [[], { ...answer, profile: { ...answer.profile, skills: [] } }, "profile missing skills"],
    [["docs"], answer, undefined],
  ])("labels %j are looked at for oddities", async (labels, value, warning) => {
    const decision = await route(asked(value).classifier, contextWith(), sampleTask({ labels }));
    expect(decision.kind === "assigned" ? decision.assignment.warning : "nobody").toBe(warning);
  });

  test("when it fails, the fallback does the task; without one, agents take turns", async () => {
    expect(await route(fails, contextWith({ fallback: "claude" }))).toMatchObject({
      classification: "failed",
      assignment: { agent: "claude", why: "fallback: claude, because the classifier failed" },
    });
    expect(await route(fails, contextWith({}, { lastAgent: name("codex") }))).toMatchObject({
      assignment: { agent: "claude", why: "round robin: after codex comes claude" },
    });
  });

  test("after three failures it is not asked again", async () => {
    const { classifier, requests } = asked(answer);
    const decision = await route(classifier, contextWith({ fallback: "claude" }, { failedClassifications: 3 }));
    expect(requests).toEqual([]);
    expect(decision).toMatchObject({ assignment: { agent: "codex", why: "round robin: begins with codex" } });
    expect(decision.classification).toBeUndefined();
  });

  test("weights come before it", async () => {
    const { classifier, requests } = asked(answer);
    const weights = { codex: { weight: 0.05, at: 0, limitedAt: 0 } };
    const decision = await route(classifier, contextWith({ weighted: true }, { weights, now: 1, chance: 0.5 }));
    expect(decision).toMatchObject({
      assignment: { agent: "claude", why: "weights: codex 0.05, claude 1.00; chosen: claude" },
    });
    expect(requests).toEqual([]);
  });

  test("any value at all gives a decision, with nothing in it that a terminal obeys", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.string({ unit: "binary" }), async (value, text) => {
        const odd = fc.sample(fc.constantFrom(value, { ...answer, reason: text, executor: text }), 1)[0];
        const decision = await route(asked(odd).classifier);
        expect(decision.kind).toBe("assigned");
        expect(decision.log.join("")).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
