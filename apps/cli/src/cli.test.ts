import { systemClock } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { runCli } from "./cli.ts";
import { createContext } from "./context.ts";
import type { Host, Screen } from "./host.ts";
import { withProgress } from "./progress.ts";

interface Recorded extends Screen {
  readonly text: () => string;
}

function screen(isTerminal: boolean): Recorded {
  let all = "";
  return { isTerminal, columns: 80, write: (text) => void (all += text), text: () => all };
}

function hostFor(
  argv: readonly string[],
  isTerminal: boolean,
): Host & { readonly out: Recorded; readonly err: Recorded } {
  return {
    argv,
    folder: "/nowhere",
    home: "/nowhere",
    user: "tester",
    searchPath: [],
    colorAllowed: true,
    out: screen(isTerminal),
    err: screen(isTerminal),
    clock: systemClock,
    readInput: () => Promise.resolve(""),
    onSignal: () => () => undefined,
  };
}

test("errors are coloured on a terminal only", async () => {
  const onTerminal = hostFor(["task", "list"], true);
  expect(await runCli(onTerminal)).toBe(1);
  expect(onTerminal.err.text()).toContain("\u001B[31merror:");
  const inPipe = hostFor(["task", "list"], false);
  await runCli(inPipe);
  expect(inPipe.err.text()).toBe("error: no daemon is running\nhint: start it with: orch serve\n");
});

test("help goes to standard output and succeeds", async () => {
  const host = hostFor(["help", "run"], false);
  expect(await runCli(host)).toBe(0);
  expect(host.out.text()).toContain("orch run --resume");
  expect(host.err.text()).toBe("");
});

test("work of more than a second is shown on a terminal's standard error, and wiped away", async () => {
  const clock = createFakeClock();
  const host = { ...hostFor([], true), clock };
  const context = createContext(host, { json: false, color: true });
  const work = withProgress(context, "Merging", async () => {
    await clock.sleep(2500);
    return 7;
  });
  await clock.advance(2500);
  expect(await work).toBe(7);
  expect(host.err.text()).toBe("\r\u001B[KMerging … 1 s\r\u001B[KMerging … 2 s\r\u001B[K");
  expect([host.out.text(), clock.pending]).toEqual(["", 0]);
});

test("quick work, pipes and --json see no progress", async () => {
  const clock = createFakeClock();
  for (const [isTerminal, json] of [
    [true, true],
    [false, false],
  ] as const) {
    const host = { ...hostFor([], isTerminal), clock };
    const context = createContext(host, { json, color: true });
    const work = withProgress(context, "Merging", () => clock.sleep(5000));
    await clock.advance(5000);
    await work;
    expect(host.err.text()).toBe("");
  }
});
