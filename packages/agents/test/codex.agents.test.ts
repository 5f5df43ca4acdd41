/** The codex driver with the real codex, on a scripted model. `ORCH_TEST_CODEX` names the program. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { parseAgentName, unwrap, type AgentEvent, type AgentSettings } from "@orch/core";
import {
  describeAgentDriver,
  startAgent,
  startModelServer,
  tempFolder,
  type ModelServer,
  type Scenario,
} from "@orch/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";
import { listening, report, scenarios } from "./model-scenarios.ts";

const program = process.env["ORCH_TEST_CODEX"] ?? "codex";
const path = (process.env["PATH"] ?? "").split(delimiter);
const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", LANG: "C.UTF-8", SCRIPTED_API_KEY: "sk-test" };
/** codex prints every word twice, as it comes and as a whole, and is slow with single words of several megabytes. */
const talks: Scenario = {
  turns: [
    [
      { do: "say", text: "ż".repeat(800_000) },
      { do: "shell", command: "true" },
    ],
    [{ do: "report", json: report }],
  ],
};

let models: ModelServer;
let gates = 0;
const driver = createDrivers({ path, home: "/nonexistent" })["codex"];
const protocol = agentProtocols.find(({ name }) => name === "codex");
if (driver === undefined || protocol === undefined) throw new Error("the codex driver is missing");

beforeAll(async () => {
  models = await startModelServer({ scenarios: { ...scenarios, talks } });
});
afterAll(async () => {
  await models[Symbol.asyncDispose]();
});

function settingsFor(scenario: string, command = program): AgentSettings {
  const provider = {
    base_url: `${models?.urlOf(scenario) ?? ""}/v1`,
    env_key: "SCRIPTED_API_KEY",
    request_max_retries: 1,
    stream_max_retries: 1,
  };
  return { driver: "codex", command: [command], args: [], env, model: "gpt-6.1-sol", options: { provider } };
}

function arrangeListening(): { settings: AgentSettings; env: typeof env; goOn: () => void } {
  gates += 1;
  const gate = `gate-${gates}`;
  models.addScenario(gate, listening(gate));
  return { settings: settingsFor(gate), env, goOn: () => models.release(gate) };
}

describeAgentDriver("codex (real)", {
  driver,
  protocol,
  without: { vanishes: "a real codex does not end without a turn by itself" },
  // Every class is shown under the conformance suite, in a real session, with more that has to hold.
  failures: [],
  absent: { driver: "codex", command: ["/nonexistent/codex"], args: [], env: {}, options: {} },
  arrange: (scenario) =>
    Promise.resolve(scenario === "listens" ? arrangeListening() : { settings: settingsFor(scenario), env }),
});

describe("codex (real), in detail", () => {
  async function play(
    settings: AgentSettings,
    more: { readonly trusted?: boolean; readonly files?: Readonly<Record<string, string>> } = {},
  ): ReturnType<typeof startAgent> {
    const root = await tempFolder("codex");
    const files = { cwd: join(root, "clone"), folder: join(root, "attempt") };
    await mkdir(files.cwd);
    await mkdir(files.folder);
    const given = { "greeting.txt": "hello world\n", ...more.files };
    for (const [name, text] of Object.entries(given)) {
      await mkdir(join(files.cwd, name, ".."), { recursive: true });
      await writeFile(join(files.cwd, name), text);
    }
    const systemPromptFile = join(root, "system.md");
    const messageFile = join(root, "message.md");
    await writeFile(systemPromptFile, "SYSTEM: be brief.");
    await writeFile(messageFile, "MESSAGE: greet.");
    const agent = unwrap(parseAgentName("codex"));
    const input = { agent, settings, attempt: 1, ...files, systemPromptFile, messageFile, env, ...more };
    if (driver === undefined || protocol === undefined) throw new Error("unreachable");
    return startAgent(driver, protocol, input);
  }

  it("tells the model both prompts and the schema, and people what happened", async () => {
    const agent = await play(settingsFor("works"));
    const { events, conclusion } = await agent.end;
    const [request] = models.requests("works").slice(-4);
    const body = JSON.stringify(request);
    expect(body).toContain("SYSTEM: be brief.");
    expect(body).toContain("MESSAGE: greet.");
    expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(["session:ready", "reasoning", "usage"]));
    expect(events).toContainEqual({ type: "file:changed", path: "greeting.txt", change: "modified" });
    const failed = events.find((event) => event.type === "command:finished" && event.exitCode === 3);
    expect(failed).toHaveProperty("outputTail", "checked\n");
    expect(conclusion.report?.files).toEqual(["greeting.txt"]);
    expect(agent.launch.argv[0]).toMatch(/vendor/);
  });

  it.each([false, true])(
    "lets the repository's own configuration count only where it is trusted: %s",
    async (trusted) => {
      const sprung = join(await tempFolder("trap"), "sprung");
      const server = ["[mcp_servers.trap]", 'command = "touch"', `args = [${JSON.stringify(sprung)}]`].join("\n");
      const files = { ".codex/config.toml": `${server}\n`, "AGENTS.md": "TRAP-AGENTS" };
      const { conclusion } = await (await play(settingsFor("works"), { trusted, files })).end;
      expect(conclusion.report?.files).toEqual(["greeting.txt"]);
      const words = JSON.stringify(models.requests("works").slice(-4)).match(/TRAP-\w+/g);
      expect({ sprung: existsSync(sprung), heard: words !== null }).toEqual({ sprung: trusted, heard: trusted });
    },
  );

  it("lets a steered message reach the model", async () => {
    const arranged = arrangeListening();
    const agent = await play(arranged.settings);
    await agent.event("its first words", (event) => event.type === "text");
    agent.conversation.steer({ id: "m-1", text: "STEER: cześć 🎉" });
    arranged.goOn();
    const { events } = await agent.end;
    expect(events).toContainEqual({ type: "message:delivered", messageId: "m-1" });
    expect(textOf(events)).toContain("You said: STEER: cześć 🎉");
  });

  it("ends when it is interrupted after a message", async () => {
    const agent = await play(settingsFor("lasts"));
    await agent.event("its first words", (event) => event.type === "text");
    agent.conversation.steer({ id: "m-1", text: "Stop that." });
    await agent.event("the delivery", (event) => event.type === "message:delivered");
    expect(agent.conversation.interrupt()).toBe(true);
    const { events, exit } = await agent.end;
    expect(exit).toMatchObject({ cause: "exited", code: 0 });
    expect(events.at(-1)).toMatchObject({ type: "turn:finished", status: "interrupted" });
  });

  it("tells of a retry that helped, and of the usage limit's end", async () => {
    const once = await (await play(settingsFor("once"))).end;
    expect(once.events.find((event) => event.type === "retry")).toMatchObject({ failure: { class: "rate_limit" } });
    expect(once.conclusion.failure).toBeUndefined();
    const limited = await (await play(settingsFor("limited"))).end;
    expect(limited.conclusion.failure?.retryAt).toBeGreaterThan(1_900_000_000_000);
  });

  it("tells that the key is missing", async () => {
    const settings = settingsFor("works");
    const agent = await play({
      ...settings,
      options: { provider: { base_url: "http://127.0.0.1:9/v1", env_key: "NO_SUCH_KEY" } },
    });
    const { conclusion } = await agent.end;
    expect(conclusion.failure).toMatchObject({ class: "auth" });
  });
});

function textOf(events: readonly AgentEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("\n");
}
