import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { runCli } from "../cli.ts";
import type { Host } from "../host.ts";

beforeEach(() => {
  vi.stubEnv("ORCH_TEST_NAME", "from outside");
  vi.stubEnv("ORCH_TEST_TOKEN", "hush");
});
afterEach(() => vi.unstubAllEnvs());

async function filled(template: string, words: readonly string[] = []) {
  const folder = await tempFolder("template");
  await writeFile(join(folder, "a.md"), template);
  const said = { out: "", err: "" };
  const host: Host = {
    argv: ["template", "a.md", ...words],
    folder,
    home: folder,
    user: "tester",
    searchPath: [],
    colorAllowed: false,
    out: { isTerminal: false, columns: 80, write: (text) => void (said.out += text) },
    err: { isTerminal: false, columns: 80, write: (text) => void (said.err += text) },
    clock: systemClock,
    readInput: () => Promise.resolve(template),
    onSignal: () => () => undefined,
  };
  return { code: await runCli(host), ...said };
}

test.each<[string, readonly string[], string]>([
  ["{{A}} and {{A}}, {{B}}", ["A=one", "B=x=y"], "one and one, x=y"],
  ["[{{NOTHING_SETS_THIS}}]", [], "[]"],
  ["{{ORCH_TEST_NAME}}", [], "from outside"],
  ["{{ORCH_TEST_NAME}}", ["ORCH_TEST_NAME=given"], "given"],
  ["{{ORCH_TEST_TOKEN}}", ["ORCH_TEST_TOKEN=given"], "given"],
  ["a{{#if A}}: {{A}}\n{{/if}}{{#if B}}never{{/if}}.\n", ["A=yes", "B= "], "a: yes\n.\n"],
  ["{{ A }} {A} {{A-B}}", ["A=x"], "{{ A }} {A} {{A-B}}"],
  ["{{A}}", ["A={{B}} {{#if B}}$& $1"], "{{B}} {{#if B}}$& $1"],
])("%j with %j gives %j", async (template, words, text) => {
  expect(await filled(template, words)).toEqual({ code: 0, out: text, err: "" });
});

test("--json holds the text, also of standard input", async () => {
  const { code, out } = await filled("é{{A}}", ["A=\u001b[1m", "--json"]);
  expect([code, JSON.parse(out)]).toEqual([0, { text: "é\u001b[1m" }]);
});

test.each([
  { template: "{{NOTHING_SETS_THIS}}", words: [], why: "gives nothing" },
  { template: "x", words: ["A"], why: "NAME=value" },
  { template: "x", words: ["A B=1"], why: "NAME=value" },
  { template: "{{#if A}}{{#if B}}x{{/if}}{{/if}}", words: ["A=1", "B=1"], why: "stands inside another" },
  { template: "x{{#if A}}y", words: ["A=1"], why: "not closed" },
  { template: "x{{/if}}", words: [], why: "not closed" },
  { template: "x{{ORCH_TEST_TOKEN}}", words: [], why: "ORCH_TEST_TOKEN=value" },
])("refuses $template with $words: $why", async ({ template, words, why }) => {
  const { code, out, err } = await filled(template, words);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(why);
  expect(err).not.toContain("hush");
});
