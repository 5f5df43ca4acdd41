import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { parseAgentName, unwrap, type AgentSettings } from "@orch/core";
import { startAgent, tempFolder, type AgentRunEnd, type LiveAgent } from "@orch/testing";
import { expect, it } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";

const path = (process.env["PATH"] ?? "").split(delimiter);

async function start(program: string, ...args: string[]): Promise<{ agent: LiveAgent; cwd: string }> {
  const root = await tempFolder("misbehaving");
  const cwd = join(root, "clone");
  await mkdir(cwd);
  execFileSync("git", ["init", "-q", cwd]);
  const prompt = join(root, "prompt.md");
  await writeFile(prompt, "Do it.\n");
  const command = [process.execPath, join(import.meta.dirname, "fixtures", "misbehaving", `${program}.mjs`), ...args];
  const settings: AgentSettings = { driver: "command", command, args: [], env: {}, options: {} };
  const driver = createDrivers({ path, home: root })["command"];
  const protocol = agentProtocols.find(({ name }) => name === "command");
  if (driver === undefined || protocol === undefined) throw new Error("no command driver");
  const agent = await startAgent(driver, protocol, {
    agent: unwrap(parseAgentName("bad")),
    settings,
    attempt: 1,
    cwd,
    folder: root,
    systemPromptFile: prompt,
    messageFile: prompt,
    env: { PATH: process.env["PATH"] ?? "", HOME: root },
  });
  return { agent, cwd };
}

async function run(program: string, ...args: string[]): Promise<AgentRunEnd & { cwd: string }> {
  const { agent, cwd } = await start(program, ...args);
  return { ...(await agent.end), cwd };
}

it.each([
  ["no-change-but-done", []],
  ["failing-checks", ["broken.mjs"]],
  ["writes-outside", ["inside.txt", "../outside.txt"]],
  ["leaves-child", ["change.txt"]],
  ["commits-to-other-branch", ["change.txt"]],
])("%s looks like success to the driver: the runner has to see through it", async (program, files) => {
  const { conclusion, cwd, events } = await run(program);
  expect(conclusion.failure).toBeUndefined();
  expect(conclusion.report?.status).toBe("done");
  expect(files.filter((file) => !existsSync(join(cwd, file)))).toEqual([]);
  for (const event of events) {
    const left = event.type === "text" ? /^left process (\d+)$/.exec(event.text) : null;
    if (left !== null) process.kill(Number(left[1]), "SIGKILL");
  }
});

it("invalid-report is no report", async () => {
  const { conclusion } = await run("invalid-report");
  expect(conclusion.report).toBeUndefined();
  expect(conclusion.reportProblem).toContain("status");
});

it("dies-with-exit-0 is no report", async () => {
  const { conclusion, exit } = await run("dies-with-exit-0");
  expect(exit.code).toBe(0);
  expect(conclusion).toMatchObject({ reportProblem: "the report breaks off before its end" });
});

it("asks-for-input waits for a person", async () => {
  const { conclusion } = await run("asks-for-input");
  expect(conclusion.failure?.class).toBe("waiting_for_input");
  expect(conclusion.failure?.message).toContain("[y/N]");
});

it("emits-100-mb prints as much as it is told", async () => {
  const { exit, events } = await run("emits-100-mb", "3");
  expect(exit.outputBytes).toBe(3 * 1_048_576);
  expect(events.length).toBeGreaterThan(20_000);
});

it.each([
  ["silent", []],
  ["asks-for-input", ["hang"]],
])("%s %j goes on until it is killed", async (program, args) => {
  const { agent } = await start(program, ...args);
  agent.kill("SIGKILL");
  const { exit, conclusion } = await agent.end;
  expect(exit).toMatchObject({ cause: "signalled", signal: "SIGKILL" });
  expect(conclusion.failure).toBeDefined();
});
