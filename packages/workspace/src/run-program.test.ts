import { realpath } from "node:fs/promises";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { runProgram, type ProgramEnd, type ProgramRun } from "./run-program.ts";

const LONG_MS = 20_000;

async function run(
  script: string,
  overrides: Partial<ProgramRun> = {},
): Promise<ProgramEnd & { readonly said: string }> {
  const cwd = await realpath(await tempFolder("run"));
  const how = { cwd, env: {}, limitMs: LONG_MS, maxBytes: 1000, ...overrides };
  const end = await runProgram(process.execPath, ["-e", script], how);
  return { ...end, said: end.stdout.toString() };
}

test("an end is told with both streams, and nothing of the environment is inherited", async () => {
  const script = "console.error('so'); console.log(JSON.stringify(process.env)); process.exitCode = 3";
  const end = await run(script, { env: { ONLY: "this" } });
  expect(end).toMatchObject({ exitCode: 3, timedOut: false, truncated: false });
  expect(JSON.parse(end.said)).toEqual({ ONLY: "this" });
  expect(end.stderr.toString()).toBe("so\n");
});

test("input arrives whole, and without any it is at its end", async () => {
  const echo = "process.stdin.pipe(process.stdout)";
  const input = Uint8Array.of(0, 255, 10);
  expect((await run(echo, { input })).stdout).toEqual(Buffer.from(input));
  expect(await run(echo)).toMatchObject({ exitCode: 0, said: "" });
});

test("a program that does not want its input is no failure", async () => {
  const end = await run("process.stdin.destroy()", { input: "x".repeat(1_000_000) });
  expect(end.exitCode).toBe(0);
});

test("long output is cut at the byte, and told", async () => {
  const end = await run("process.stdout.write('x'.repeat(1001))");
  expect(end).toMatchObject({ truncated: true, timedOut: false, said: "x".repeat(1000) });
  expect(await run("process.stdout.write('x'.repeat(1000))")).toMatchObject({ truncated: false, exitCode: 0 });
});

test("output without end ends the program", async () => {
  const end = await run("const more = () => process.stdout.write('x'.repeat(65536), more); more()");
  expect(end).toMatchObject({ truncated: true, timedOut: false, said: "x".repeat(1000) });
});

test("messages beyond a short limit of the output are kept", async () => {
  const end = await run("process.stderr.write('x'.repeat(500_000))");
  expect(end).toMatchObject({ exitCode: 0, truncated: false });
  expect(end.stderr).toHaveLength(500_000);
});

test("whoever takes longer than it may is ended", async () => {
  const end = await run("setInterval(() => undefined, 1000)", { limitMs: 50 });
  expect(end).toMatchObject({ timedOut: true, truncated: false });
  expect(end.exitCode).toBeUndefined();
});

test("an end by a signal is none by the limit", async () => {
  const end = await run("process.kill(process.pid, 'SIGKILL')");
  expect(end).toMatchObject({ timedOut: false, truncated: false });
  expect(end.exitCode).toBeUndefined();
});

test("a program that is missing, and arguments that the system refuses, are told", async () => {
  const cwd = await tempFolder("run");
  const how = { cwd, env: {}, limitMs: LONG_MS, maxBytes: 1000 };
  expect((await runProgram("/no/such/program", [], how)).missing).toBeInstanceOf(Error);
  const refused = await runProgram(process.execPath, ["a\0b"], how);
  expect(refused).toMatchObject({ timedOut: false, truncated: false });
  expect([refused.exitCode, refused.missing]).toEqual([undefined, undefined]);
  const tooLong = await runProgram(process.execPath, ["x".repeat(10_000_000)], how);
  expect([tooLong.exitCode, tooLong.missing]).toEqual([undefined, undefined]);
});
