import {
  noCapabilities,
  internalTaskId,
  noUsage,
  orchError,
  parseAgentName,
  parseProjectId,
  silentLogger,
  systemRandom,
  unwrap,
  type AgentEvent,
  type SessionExit,
  type SessionSpec,
} from "@orch/core";
import { describeTextModel, projectOf, sampleAgent } from "@orch/testing";
import { createFakeClock } from "@orch/testing/fake-clock";
import { expect, test } from "vitest";

import { createAgentModel, createClassifier, type AskDeps } from "./index.ts";

const schema = { type: "object", properties: { tier: { type: "string" } }, required: ["tier"] };
const task = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(1) };
const agent = unwrap(parseAgentName("sage"));

function exitOf(over: Partial<SessionExit> = {}): SessionExit {
  const output = { outputBytes: 0, outputHash: "", lastSeq: 1, survivors: 0 };
  return { cause: "exited", code: 0, startedAt: 1, endedAt: 2, ...output, sandbox: "none", ...over };
}

const used = { ...noUsage, inputTokens: 4, outputTokens: 10 };

type Play = "hangs" | { readonly events: readonly AgentEvent[]; readonly exit?: Partial<SessionExit> };

/** Sessions whose process does as told; one that hangs is ended by its wall clock, or stopped. */
function scene(play: Play, over: Partial<AskDeps> = {}) {
  const clock = createFakeClock();
  const started: SessionSpec[] = [];
  const files = new Map<string, string>();
  const log: string[] = [];
  const deps: AskDeps = {
    drivers: {
      command: {
        name: "command",
        capabilities: noCapabilities,
        credentialFiles: ["auth.json"],
        discover: async () => ({ installed: true, login: "unknown" }),
        launch: async ({ env }) => ({ argv: ["sage"], env, protocolOptions: null, writable: [], readable: [] }),
        conclude: ({ exit }) =>
          exit.code === 0
            ? { usage: used }
            : { usage: noUsage, failure: { class: "auth", message: "Not logged in SECRET" } },
      },
    },
    files: {
      folder: async ({ attempt }) => `/state/${attempt}`,
      write: async (_ref, { name, text }) => {
        files.set(name, text);
        return `/state/0/${name}`;
      },
      read: async (_ref, { name }) => files.get(name),
      remove: async (_ref, name) => void log.push(`remove ${name}`),
    },
    sessions: {
      start: async (spec) => void started.push(spec),
      async wait(id, signal) {
        if (play !== "hangs") return { state: "exited", exit: exitOf(play.exit) };
        const wall = started.at(-1)?.limits.wallMs ?? 0;
        await clock.sleep(wall, signal);
        if (signal.aborted) throw orchError("interrupted", `waiting for ${id} was called off`);
        return { state: "exited", exit: exitOf({ cause: "wall" }) };
      },
      stop: async (_id, { mode }) => void log.push(`stop ${mode}`),
      release: async () => void log.push("release"),
      async *follow() {
        for (const event of play === "hangs" ? [] : play.events) yield { seq: 1, at: 1, kind: "agent", event };
        yield { seq: 2, at: 2, kind: "exit", exit: exitOf() };
      },
    },
    surroundings: { environment: ({ set }) => set, hidden: ["/secrets"], readable: ["/usr"] },
    redactor: {
      redact: (text) => text.replaceAll("SECRET", "***"),
      find: () => [],
      search: async () => [],
      register: () => undefined,
    },
    random: systemRandom,
    logger: silentLogger,
    ...over,
  };
  const settings = { ...sampleAgent, env: { SAGE_API_KEY: "key-of-the-sage" }, egress: ["sage.example"] };
  const prices = { asOf: "2026-11", models: { small: { input: 1, output: 1 } } };
  const project = projectOf("/source", { agents: { sage: sampleAgent }, prices });
  const model = createAgentModel(deps, { task, project, agent, settings, model: "small" });
  return { model, deps, project, settings, clock, started, files, log };
}

const says = (text: string): Play => ({ events: [{ type: "text", text }] });
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
  expect(log).toEqual(["release", expect.stringMatching(/^remove question-.*auth\.json$/)]);
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
