/** The acp driver with a real agent of that kind, opencode, on a scripted model. `ORCH_TEST_OPENCODE` names the program. */
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";

import type { AgentSettings, FailureClass } from "@orch/core";
import { describeAgentDriver, startModelServer, type ModelServer, type Scenario } from "@orch/testing";
import { afterAll, beforeAll } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";

const program = process.env["ORCH_TEST_OPENCODE"] ?? "opencode";
const path = (process.env["PATH"] ?? "").split(delimiter);
const report = { status: "done", summary: "Fixed 🎉" };
const failures = { auth: { kind: "auth" }, model: { kind: "model_missing" } } as const;

const scenarios: Readonly<Record<string, Scenario>> = {
  works: {
    turns: [
      [{ do: "edit", path: "greeting.txt", find: "world", replace: "wörld 🎉" }],
      [{ do: "shell", command: "echo checked" }],
      [{ do: "report", json: report }],
    ],
  },
  talks: {
    turns: [
      [
        { do: "say", text: "ż".repeat(1_600_000) },
        { do: "shell", command: "true" },
      ],
      [{ do: "report", json: report }],
    ],
  },
  misreports: { turns: [[{ do: "report", json: { ...report, status: "finished" } }]] },
  lasts: {
    turns: [
      [
        { do: "say", text: "This takes long." },
        { do: "shell", command: "true" },
      ],
      [{ do: "silence", times: "forever" }],
    ],
  },
  ...Object.fromEntries(
    Object.entries(failures).map(([name, error]) => [name, { turns: [[{ do: "error", times: "forever", ...error }]] }]),
  ),
};

let models: ModelServer;
const driver = createDrivers({ path, home: "/nonexistent" })["acp"];
const protocol = agentProtocols.find(({ name }) => name === "acp");
if (driver === undefined || protocol === undefined) throw new Error("the acp driver is missing");

beforeAll(async () => {
  models = await startModelServer({ scenarios });
});
afterAll(async () => {
  await models[Symbol.asyncDispose]();
});

function environment(scenario: string, home: string): Readonly<Record<string, string>> {
  const config = {
    model: "scripted/scripted-1",
    small_model: "scripted/scripted-1",
    autoupdate: false,
    share: "disabled",
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: `${models.urlOf(scenario)}/v1`, apiKey: "sk-test" },
        models: { "scripted-1": { name: "Scripted", limit: { context: 128_000, output: 16_000 } } },
      },
    },
  };
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_AUTOCOMPACT: "1",
    npm_config_registry: "http://127.0.0.1:9/",
  };
}

const settings: AgentSettings = { driver: "acp", command: [program, "acp"], args: [], env: {}, options: {} };

describeAgentDriver("acp (real, opencode)", {
  driver,
  protocol,
  without: {
    vanishes: "a real agent does not end without a turn by itself",
    listens: "its turn would have to end before the message is taken up, and the suite waits for that in its middle",
  },
  failures: Object.keys(failures) as FailureClass[],
  absent: { ...settings, command: ["/nonexistent/agent"] },
  async arrange(scenario, folder, failure) {
    const home = join(folder, "home");
    await mkdir(home);
    return { settings, env: environment(failure ?? scenario, home) };
  },
});
