import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import type { AgentDriver, AgentProtocol, AgentSettings } from "@orch/core";
import { describeAgentDriver } from "@orch/testing";

import { agentProtocols, createDrivers, type RecordingStep } from "../src/index.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const path = (process.env["PATH"] ?? "").split(delimiter);
const drivers = createDrivers({ path, home: FIXTURES });

function named(name: string): { driver: AgentDriver; protocol: AgentProtocol } {
  const protocol = agentProtocols.find((candidate) => candidate.name === name);
  const driver = drivers[name];
  if (driver === undefined || protocol === undefined) throw new Error(`no driver ${name}`);
  return { driver, protocol };
}

function settings(driver: string, command: readonly string[], options: AgentSettings["options"] = {}): AgentSettings {
  return { driver, command, args: [], env: {}, options };
}

const report = { report: { status: "done", summary: "Fixed 🎉" } };

describeAgentDriver("codex", {
  ...named("codex"),
  failures: ["auth", "rate_limit", "context", "network"],
  absent: settings("codex", ["no-such-codex"]),
  arrange: (scenario, _folder, failure) =>
    Promise.resolve({
      settings: settings("codex", [process.execPath, join(FIXTURES, "fake-codex.mjs")]),
      env: { PATH: process.env["PATH"] ?? "", FAKE_CODEX: failure ?? scenario },
    }),
});

describeAgentDriver("opencode", {
  ...named("opencode"),
  failures: ["auth", "rate_limit", "context", "network"],
  absent: settings("opencode", ["no-such-opencode"]),
  arrange: (scenario, folder, failure) =>
    Promise.resolve({
      settings: settings("opencode", [process.execPath, join(FIXTURES, "fake-opencode.mjs")]),
      env: {
        PATH: process.env["PATH"] ?? "",
        FAKE_OPENCODE: failure ?? scenario,
        FAKE_FOLDER: join(folder, "clone"),
      },
    }),
});

describeAgentDriver("acp", {
  ...named("acp"),
  failures: ["auth", "rate_limit", "failed"],
  absent: settings("acp", ["no-such-acp"]),
  arrange: (scenario, _folder, failure) =>
    Promise.resolve({
      settings: settings("acp", [process.execPath, join(FIXTURES, "fake-acp.mjs")]),
      env: { PATH: process.env["PATH"] ?? "", FAKE_ACP: failure ?? scenario },
    }),
});

describeAgentDriver("command", {
  ...named("command"),
  without: { listens: "nothing can be said to it" },
  failures: ["missing_tool", "auth", "waiting_for_input", "failed"],
  absent: settings("command", ["no-such-agent"]),
  arrange: (scenario, _folder, failure) =>
    Promise.resolve({
      settings: settings("command", [process.execPath, join(FIXTURES, "command-agent.mjs"), failure ?? scenario]),
    }),
});

const plays: Readonly<Record<string, readonly RecordingStep[]>> = {
  works: [
    { think: "a greeting" },
    { edit: "greeting.txt", find: "world", replace: "wörld 🎉" },
    { usage: { inputTokens: 10, outputTokens: 3, costUsd: 0.01 } },
    report,
  ],
  talks: [...Array.from({ length: 32 }, () => ({ say: "ż".repeat(50_000) })), report],
  misreports: [{ report: { status: "finished", summary: "x" } }],
  vanishes: [{ say: "bye" }, { exit: 0 }],
  listens: [{ say: "I wait." }, { hear: true }, report],
  lasts: [{ say: "I work." }, { wait: 600_000 }, report],
};

describeAgentDriver("replay", {
  ...named("replay"),
  failures: ["rate_limit", "auth", "context"],
  async arrange(scenario, folder, failure) {
    const recording = join(folder, "recording.json");
    const failing = [{ fail: { class: failure ?? "failed", message: "as recorded" } }];
    await writeFile(recording, JSON.stringify({ steps: plays[scenario] ?? failing }));
    return { settings: settings("replay", [], { recording }) };
  },
});
