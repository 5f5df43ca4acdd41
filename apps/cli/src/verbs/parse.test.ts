import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { runCli } from "../cli.ts";
import type { Host } from "../host.ts";

const report = JSON.stringify({ status: "done", summary: "Fixed it" });
const run = [
  { type: "thread.started", thread_id: "t" },
  { type: "turn.started" },
  { type: "item.completed", item: { id: "i", type: "agent_message", text: report } },
  { type: "turn.completed", usage: { input_tokens: 10, cached_input_tokens: 0, output_tokens: 2 } },
]
  .map((line) => JSON.stringify(line))
  .join("\n");

async function parsed(words: readonly string[], input = "") {
  const home = await tempFolder("parse");
  await mkdir(join(home, "folder"));
  await writeFile(join(home, "folder", "run.jsonl"), run);
  await writeFile(join(home, "config.yml"), "agents: {mine: {driver: codex, env: {MY_TOKEN: s3cret-of-mine}}}\n", {
    mode: 0o600,
  });
  const said = { out: "", err: "" };
  const asked: (number | undefined)[] = [];
  const host: Host = {
    argv: ["parse", ...words, "--json"],
    folder: join(home, "folder"),
    home,
    user: "tester",
    searchPath: [],
    colorAllowed: false,
    out: { isTerminal: false, columns: 80, write: (text) => void (said.out += text) },
    err: { isTerminal: false, columns: 80, write: (text) => void (said.err += text) },
    clock: systemClock,
    readInput(longest) {
      asked.push(longest);
      return Promise.resolve(input);
    },
    onSignal: () => () => undefined,
  };
  const code = await runCli(host);
  return { code, asked, document: JSON.parse(said.out === "" ? said.err : said.out) as unknown };
}

test("a recording in a file is read by the driver of the agent that is configured", async () => {
  const { code, document } = await parsed(["run.jsonl", "--agent", "mine"]);
  expect(document).toMatchObject({ report: { status: "done" }, failure: null, usage: { inputTokens: 10 } });
  expect(code).toBe(0);
});

test("secrets in a recording are not shown: those of a known shape, and those of this home", async () => {
  const word = `ghp_${"aB3".repeat(12)}`;
  const said = JSON.stringify({ status: "done", summary: `${word} and s3cret-of-mine` });
  const line = JSON.stringify({ type: "item.completed", item: { id: "i", type: "agent_message", text: said } });
  const { document } = await parsed(["-", "--agent", "mine"], line);
  expect(document).toMatchObject({
    report: { summary: expect.stringMatching(/^\[redacted:.+\] and \[redacted:.+\]$/) as string },
  });
  expect(JSON.stringify(document)).not.toMatch(/aB3aB3|s3cret/);
});

test("standard input may be as long as what an agent prints", async () => {
  const { code, asked, document } = await parsed(["-", "--agent", "codex"], "no output of codex");
  expect(document).toMatchObject({ report: null, failure: { class: "invalid_output" } });
  expect(code).toBe(1);
  expect(asked).toEqual([67_108_864]);
});

test.each([
  [["run.jsonl", "--agent", "codx"], "agent_unknown"],
  [["gone.jsonl", "--agent", "codex"], "usage"],
  [[".", "--agent", "codex"], "usage"],
  [["run.jsonl"], "usage"],
])("%j is refused with %s", async (words, code) => {
  const refused = await parsed(words);
  expect(refused.document).toMatchObject({ error: { code } });
  expect(refused.code).toBe(2);
});
