import { internalTaskId, parseAgentName, parseProjectId, unwrap } from "@orch/core";
import { describeTextModel, projectOf, sampleAgent } from "@orch/testing";
import { createFakeClock } from "@orch/testing/fake-clock";
import { expect, test } from "vitest";

import { says, sessionScene, used, type Play } from "../test/scene.ts";
import { createAgentModel, createClassifier, type AskDeps } from "./index.ts";

const schema = { type: "object", properties: { tier: { type: "string" } }, required: ["tier"] };
const task = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(1) };
const agent = unwrap(parseAgentName("sage"));

/** An agent that is asked, by a process that does as told. */
function scene(play: Play, over: Partial<AskDeps> = {}) {
  const opened = sessionScene(() => play, over);
  const settings = { ...sampleAgent, env: { SAGE_API_KEY: "key-of-the-sage" }, egress: ["sage.example"] };
  const prices = { asOf: "2026-11", models: { small: { input: 1, output: 1 } } };
  const project = projectOf("/source", { agents: { sage: sampleAgent }, prices });
  const model = createAgentModel(opened.deps, { task, project, agent, settings, model: "small" });
  return { ...opened, model, project, settings };
}

const signal = new AbortController().signal;

describeTextModel("an agent's command line", {
  make() {
    let clock = createFakeClock();
    return {
      says: (text) => scene(says(text)).model,
      fails: () => scene({ events: [], exit: { code: 1 } }).model,
      hangs() {
        const opened = scene("hangs");
        clock = opened.clock;
        return opened.model;
      },
      async pass(ms) {
        // The question has to be on its way before its time can run out.
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(ms);
      },
    };
  },
});

test("asks in a place of its own, confined, and leaves no login behind", async () => {
  const { model, started, files, log } = scene(says('SECRET {"tier":"simple"}'));
  const reply = await model.ask({ prompt: "How hard?", schema, timeoutMs: 1_000, signal });
  expect(reply).toEqual({ kind: "answer", value: { tier: "simple" }, usage: { ...used, costUsd: 0.000_014 } });
  const [spec] = started;
  expect(spec).toMatchObject({ purpose: "question", limits: { wallMs: 1_000 }, sandbox: { hide: ["/secrets"] } });
  expect(spec?.cwd).toMatch(/^\/state\/0\/question-[0-9a-f]+\/own\/place$/);
  expect(spec?.sandbox.write).toEqual([spec?.cwd.replace(/\/place$/, "")]);
  expect([...files].find(([name]) => name.endsWith("answer.txt"))?.[1]).toBe('*** {"tier":"simple"}\n');
  expect(log).toEqual([
    "release",
    expect.stringMatching(/^remove question-.*auth\.json$/),
    expect.stringMatching(/^sweep question-.*own for auth\.json$/),
  ]);
});

test("gives the agent a placeholder for its key, and lets it go to its service alone", async () => {
  const { model, started } = scene(says('{"tier":"simple"}'));
  await model.ask({ prompt: "How hard?", schema, timeoutMs: 1_000, signal });
  const [spec] = started;
  const [secret] = spec?.secrets ?? [];
  expect(secret).toMatchObject({ name: "SAGE_API_KEY", value: "key-of-the-sage", hosts: ["sage.example"] });
  expect(spec?.env).toEqual({ SAGE_API_KEY: secret?.placeholder });
  expect(spec?.sandbox.egress).toEqual({ allow: ["sage.example"], endpoints: [] });
});

test("says why an agent failed, without its secrets", async () => {
  const { model } = scene({ events: [], exit: { code: 1 } });
  const reply = await model.ask({ prompt: "", schema, timeoutMs: 1_000, signal });
  const failure = { class: "auth", message: "Not logged in ***" };
  expect(reply).toMatchObject({ kind: "failed", why: "Not logged in ***", failure });
});

test("a question that is called off leaves nothing running", async () => {
  const { model, log, started } = scene("hangs");
  const stop = new AbortController();
  const asked = model.ask({ prompt: "", schema, timeoutMs: 1_000, signal: stop.signal });
  while (started.length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  expect(await asked).toEqual({ kind: "failed", why: "called off" });
  expect(log).toContain("stop kill");
});

test.each(["trusted", "untrusted"] as const)("whoever is asked about %s words is confined by them", async (trust) => {
  const { deps, project, settings, started } = scene(says('{"tier":"simple"}'));
  const open = { ...project, sandbox: "none" as const, agents: { sage: { ...settings, egress: ["*"] } } };
  const counters = { attempts: 0, lastAttempt: 0, failures: [], avoid: [], createdAt: 0, updatedAt: 0, version: 1 };
  const words = {
    title: "x",
    body: "",
    labels: [],
    source: { kind: "cli" },
    pins: {},
    priority: 0,
    dependsOn: [],
    checks: [],
  } as const;
  await createClassifier(deps)({
    task: { ...task, ...words, ...counters, status: "new", trust },
    project: open,
    settings: { agent: "sage", timeoutMs: 1_000, maxAttempts: 1 },
    agents: [agent],
    skills: [],
    schema,
  });
  const { mode, egress } = started[0]?.sandbox ?? {};
  expect({ mode, egress }).toEqual(
    trust === "trusted" ? { mode: "none" } : { mode: "srt", egress: { allow: [], endpoints: [] } },
  );
});
