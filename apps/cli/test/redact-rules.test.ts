import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openOrchBench } from "./orch-bench.ts";

const LONG_MS = 90_000;
const program = "console.log('the number is CASE-QXJZ-0815'); require('node:fs').writeFileSync('a.txt', 'a\\n');";

test("a shape of the person's own is hidden from what an agent said", { timeout: LONG_MS }, async () => {
  const redact = [{ name: "case-number", pattern: "CASE-[A-Z]{4}-\\d{4}" }];
  const agents = { teller: { driver: "command", command: [process.execPath, "-e", program] } };
  await using bench = await openOrchBench({ config: { agents, security: { redact } } });
  const run = await bench.orch(["run", "Tell it"]);
  expect(run.out).toContain("the number is [redacted:case-number]");
  await bench.serve();
  expect(JSON.stringify(await bench.result("task log", ["int-1"]))).not.toContain("QXJZ");
});

test("a shape that is added or broken while the daemon runs", { timeout: LONG_MS }, async () => {
  const agents = { teller: { driver: "command", command: [process.execPath, "-e", program] } };
  await using bench = await openOrchBench({ config: { agents } });
  const config = JSON.parse(await readFile(join(bench.home, "config.yml"), "utf8")) as object;
  const write = (redact: readonly object[]): Promise<void> =>
    writeFile(
      join(bench.home, "config.yml"),
      JSON.stringify({ ...config, projects: [bench.repository.path], security: { redact } }),
    );
  const saysOf = async (key: string): Promise<string> => {
    await bench.result("task add", ["Tell it"]);
    await bench.reaches(key, "in_review");
    return JSON.stringify(await bench.result("task log", [key]));
  };
  const logged = (text: string): Promise<void> =>
    waitFor(text, async () => (await bench.orch(["log"])).out.includes(text)).then(() => undefined);
  await bench.serve();
  await bench.orch(["init"]);
  expect(await saysOf("int-1")).toContain("QXJZ");
  await write([{ name: "case-number", pattern: "CASE-[A-Z]{4}-\\d{4}" }]);
  await logged("was loaded again");
  expect(await saysOf("int-2")).not.toContain("QXJZ");
  await write([{ name: "slow", pattern: "(a+)+b" }]);
  await logged("the last good one stays in force");
  expect(await saysOf("int-3")).not.toContain("QXJZ");
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
