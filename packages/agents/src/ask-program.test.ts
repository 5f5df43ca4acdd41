import { expect, test } from "vitest";

import { askProgram } from "./ask-program.ts";

const LIMITS = { env: {}, limitMs: 20_000, maxBytes: 1000 };

function ask(script: string, overrides: Partial<Parameters<typeof askProgram>[1]> = {}): Promise<string | undefined> {
  return askProgram([process.execPath, "-e", script], { ...LIMITS, ...overrides });
}

test("what a program prints that ends well is its answer, in the environment that was given alone", async () => {
  expect(await ask("process.stdin.resume(); console.log(Object.keys(process.env).join())", { env: { A: "1" } })).toBe(
    "A\n",
  );
});

test.each([
  ["ends badly", "console.log('1.0'); process.exitCode = 1"],
  ["says too much", "process.stdout.write('x'.repeat(2000))"],
])("there is no answer of one that %s", async (_, script) => {
  expect(await ask(script)).toBeUndefined();
});

test("there is no answer of a program that is missing, or that the system refuses to start", async () => {
  expect(await askProgram(["/no/such/program"], LIMITS)).toBeUndefined();
  expect(await askProgram([process.execPath, "a\0b"], LIMITS)).toBeUndefined();
});

test("whoever does not answer is ended, asked or not", async () => {
  const stubborn =
    "process.on('SIGTERM', () => undefined); console.log(process.pid); setInterval(() => undefined, 1000)";
  expect(await ask(stubborn, { limitMs: 500 })).toBeUndefined();
});

test("a question can be taken back", async () => {
  const controller = new AbortController();
  const asked = ask("setInterval(() => undefined, 1000)", { signal: controller.signal });
  controller.abort();
  expect(await asked).toBeUndefined();
});
