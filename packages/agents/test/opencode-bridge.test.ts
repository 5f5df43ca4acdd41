/** What becomes of a run when opencode itself does not behave. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseAgentName, unwrap } from "@orch/core";
import { startAgent, tempFolder, type AgentRunEnd, type LiveAgent } from "@orch/testing";
import { expect, it } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";

const FAKE = join(import.meta.dirname, "fixtures", "fake-opencode.mjs");

async function start(scenario: string, configured = false): Promise<LiveAgent> {
  const root = await tempFolder("bridge");
  const cwd = join(root, "clone");
  await mkdir(cwd);
  if (configured) await writeFile(join(cwd, "opencode.json"), "{}");
  const prompt = join(root, "prompt.md");
  await writeFile(prompt, "Do it.\n");
  const driver = createDrivers({ path: [], home: root })["opencode"];
  const protocol = agentProtocols.find(({ name }) => name === "opencode");
  if (driver === undefined || protocol === undefined) throw new Error("no opencode driver");
  return startAgent(driver, protocol, {
    agent: unwrap(parseAgentName("o")),
    settings: { driver: "opencode", command: [process.execPath, FAKE], args: [], env: {}, options: {} },
    attempt: 1,
    cwd,
    folder: root,
    systemPromptFile: prompt,
    messageFile: prompt,
    env: { PATH: process.env["PATH"] ?? "", FAKE_OPENCODE: scenario, FAKE_FOLDER: cwd },
  });
}

async function run(scenario: string, configured = false): Promise<AgentRunEnd> {
  return (await start(scenario, configured)).end;
}

it("tells that the server ended before it listened", async () => {
  const { conclusion, exit } = await run("dies");
  expect(exit.code).toBe(1);
  expect(conclusion.failure?.message).toContain("opencode ended with exit code 3");
});

it("catches up with what it missed when the connection broke", async () => {
  const { conclusion, events } = await run("drops");
  expect(conclusion).toMatchObject({ report: { status: "done" } });
  expect(conclusion.failure).toBeUndefined();
  expect(events.filter((event) => event.type === "turn:finished")).toHaveLength(1);
});

it("does not start where the repository has plugins and the guard was not loaded", async () => {
  const { conclusion, events } = await run("unguarded", true);
  expect(conclusion.failure?.message).toContain("guard");
  expect(events.some((event) => event.type === "turn:started")).toBe(false);
}, 60_000);

it("answers a signal by ending the server", async () => {
  const agent = await start("lasts");
  await agent.event("its first words", (event) => event.type === "text");
  agent.kill("SIGTERM");
  const { exit, conclusion } = await agent.end;
  expect(exit.cause === "signalled" || exit.code === 143 || exit.code === 1).toBe(true);
  expect(conclusion.report).toBeUndefined();
});
