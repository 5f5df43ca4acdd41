import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { openOrchBench } from "./orch-bench.ts";

const LONG_MS = 90_000;
const program = "console.log('the number is CASE-4711-0815'); require('node:fs').writeFileSync('a.txt', 'a\\n');";

test("a shape of the person's own is hidden from what an agent said", { timeout: LONG_MS }, async () => {
  const redact = [{ name: "case-number", pattern: "CASE-\\d{4}-\\d{4}" }];
  const agents = { teller: { driver: "command", command: [process.execPath, "-e", program] } };
  await using bench = await openOrchBench({ config: { agents, security: { redact } } });
  const run = await bench.orch(["run", "Tell it"]);
  expect(run.out).toContain("the number is [redacted:case-number]");
  await bench.serve();
  expect(JSON.stringify(await bench.result("task log", ["int-1"]))).not.toContain("4711");
});

test("a pattern that could take for ever is refused, with what to do", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({});
  const config = { security: { redact: [{ name: "slow", pattern: "(a+)+b" }] } };
  await writeFile(join(bench.home, "config.yml"), JSON.stringify(config));
  const serve = await bench.orch(["serve"]);
  expect(serve.code).not.toBe(0);
  expect(serve.err).toMatch(/error: the redaction pattern "slow" .*\nhint: /);
  expect(await readFile(join(bench.home, "config.yml"), "utf8")).toContain("slow");
});
