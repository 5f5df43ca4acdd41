/** Whatever a program prints that its driver does not understand is no success, even when it ends well (law 3). */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { noUsage, parseAgentName, unwrap, type AgentDriver } from "@orch/core";
import { startAgent, tempFolder, type AgentRunEnd } from "@orch/testing";
import { expect, test } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const PRINTS = join(FIXTURES, "misbehaving", "prints.mjs");
const path = (process.env["PATH"] ?? "").split(delimiter);
const report = JSON.stringify({ status: "done", summary: "All is well" });

/** Outputs by whose they are; those of nobody are garbage to all. */
const outputs: Readonly<Record<string, () => Promise<string | Buffer>>> = {
  "nothing at all": async () => "",
  "a claim in prose": async () => "Everything is done, all tests pass.\n",
  "a report without a protocol": async () => `${report}\n`,
  "broken JSON": async () => '{"type":"result","subtype":"success"\n{"jsonrpc":"2.0","id":1,"result"\n',
  "JSON of another kind": async () => `${JSON.stringify({ type: "result", is_error: "no", result: report })}\n[]\n7\n`,
  noise: async () => Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 256)),
  claude: () => readFile(join(FIXTURES, "recorded", "claude-2.1.329", "stream-ok.jsonl")),
  "codex exec": () => readFile(join(FIXTURES, "recorded", "codex-0.169.0", "ok.jsonl")),
  "codex app-server": () => readFile(join(FIXTURES, "recorded", "codex-0.169.0", "appserver-turn.jsonl")),
  acp: () => readFile(join(FIXTURES, "acp", "claude.jsonl")),
};

/**
 * The driver, what of these outputs is its own, and what the run is called. OpenCode is spoken to over HTTP: its program
 * has just ended. The player of `replay` is orch's own, and is exchanged for one that prints.
 */
const drivers = [
  ["claude", "claude", "invalid_output"],
  ["kimi", "claude", "invalid_output"],
  ["minimax", "claude", "invalid_output"],
  ["codex", "", "invalid_output"],
  ["opencode", "", "failed"],
  ["acp", "", "invalid_output"],
  ["replay", "", "invalid_output"],
] as const;

async function printed(name: string, output: string, plays = prints): Promise<AgentRunEnd> {
  const root = await tempFolder("garbage");
  const cwd = join(root, "clone");
  await mkdir(cwd);
  execFileSync("git", ["init", "-q", cwd]);
  const [prompt, file] = [join(root, "prompt.md"), join(root, "output")];
  await writeFile(prompt, "Do it.\n");
  await writeFile(file, (await outputs[output]?.()) ?? "");
  const driver = createDrivers({ path, home: root })[name];
  const protocol = agentProtocols.find((one) => one.name === driver?.name);
  if (driver === undefined || protocol === undefined) throw new Error(`no driver ${name}`);
  const options = name === "replay" ? { recording: file } : {};
  const agent = await startAgent(name === "replay" ? plays(driver, file) : driver, protocol, {
    agent: unwrap(parseAgentName(name)),
    settings: { driver: name, command: [process.execPath, PRINTS, file], args: [], env: {}, options },
    attempt: 1,
    cwd,
    folder: root,
    systemPromptFile: prompt,
    messageFile: prompt,
    env: { PATH: process.env["PATH"] ?? "", HOME: root },
  });
  return agent.end;
}

/** The driver with a program that prints the file instead of its own. */
function prints(driver: AgentDriver, file: string): AgentDriver {
  return {
    ...driver,
    launch: async (input) => ({ ...(await driver.launch(input)), argv: [process.execPath, PRINTS, file] }),
  };
}

test.each(drivers)("what %s prints and nobody understands is no success", async (name, own, called) => {
  const names = Object.keys(outputs).filter((output) => output !== own);
  const ends = await Promise.all(
    names.map(async (output) => [output, (await printed(name, output)).conclusion] as const),
  );
  const found = ends.map(([output, { failure, report }]) => [output, { called: failure?.class, report }]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(names.map((output) => [output, { called, report: undefined }])),
  );
});

test("a recording that nobody understands is no success", async () => {
  const found = await Promise.all(
    Object.keys(outputs).map(async (output) => {
      const { events, conclusion } = await printed("replay", output, (driver) => driver);
      return [output, { events, called: conclusion.failure?.class, report: conclusion.report }];
    }),
  );
  const none = { events: [], called: "failed", report: undefined };
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.keys(outputs).map((output) => [output, none])));
});

test("a program without a protocol claims to be done by ending well, and reports nothing that it did not report", async () => {
  for (const output of ["noise", "claude", "broken JSON", "a claim in prose"]) {
    const { conclusion } = await printed("command", output);
    expect({ output, ...conclusion }).toEqual({ output, usage: noUsage });
  }
});
