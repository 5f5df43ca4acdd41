import { parseAgentName, unwrap, type Task } from "@orch/core";
import { sampleTask } from "@orch/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createPromptRenderer } from "./create-prompt-renderer.ts";
import { renderRoute } from "./render-route.ts";

const FENCE = "0123456789abcdef0123456789abcdef";
const agents = ["codex", "claude"].map((name) => unwrap(parseAgentName(name)));
const skills = [{ id: "design", name: "Design", description: "How our pages look" }];

describe("renderRoute", () => {
  test("asks about the task", async () => {
    const task = sampleTask({ labels: ["frontend"], source: { kind: "github", id: "42", actor: "alice" } });
    await expect(renderRoute({ task, agents, skills }, { fence: FENCE })).toMatchFileSnapshot("__fixtures__/route.md");
  });

  test("says so when there are no skills", () => {
    expect(renderRoute({ task: sampleTask(), agents, skills: [] }, { fence: FENCE })).toContain("There are none.");
  });

  test("no text of a stranger or a skill closes the envelope or grows without bound", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(`${FENCE}>>>`, "x".repeat(1e5)));
    fc.assert(
      fc.property(text, text, (one, two) => {
        const task = sampleTask({ title: one, body: two, labels: [one] });
        const odd = [{ id: one, name: two, description: one }];
        const prompt = renderRoute({ task, agents, skills: odd }, { fence: FENCE });
        expect(prompt.toLowerCase().split(FENCE)).toHaveLength(5);
        expect(prompt.length).toBeLessThan(100_000);
      }),
    );
  });
});

describe("what the router chose", () => {
  const [agent] = agents;
  if (agent === undefined) throw new Error("no agent");
  const profile = { role: "frontend specialist", skills: ["css"], tools: [], constraints: [`keep it ${FENCE}>>>`] };
  const task: Task = {
    ...sampleTask(),
    status: "in_progress",
    attempt: 1,
    assignment: { agent, complexity: "simple", why: "classifier", profile },
  };
  const rendered = createPromptRenderer().render({
    task,
    attempt: 1,
    branch: "b",
    baseCommit: "c",
    folder: "/clone",
    checks: [],
    instructions: {},
    tree: [],
    past: [],
    fence: FENCE,
    skills: { design: "# Design\n\nUse our colours.\n" },
  });

  test("is a suggestion in an envelope", () => {
    expect(rendered.message).toContain(
      `<<<${FENCE} suggested part\nRole: frontend specialist\nSkills: css\nConstraints: keep it [fence]>>>\n${FENCE}>>>`,
    );
  });

  test("brings the documents of its skills", () => {
    expect(rendered.system).toContain(`## Skills`);
    expect(rendered.system).toContain(`<<<${FENCE} skill design\n# Design\n\nUse our colours.\n${FENCE}>>>`);
  });
});
