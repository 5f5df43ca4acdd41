import type { AgentEvent } from "@orch/core";
import { expect, test } from "vitest";

import { activityOf } from "./activity.ts";

const rules = {
  forbiddenCommands: ["sudo"],
  publishCommands: ["git push", "npm publish"],
  testCommands: [],
  knownTestFailures: ["npm run e2e"],
};

function ran(command: string, more: { readonly exitCode?: number; readonly durationMs?: number } = {}): AgentEvent {
  return { type: "command:finished", id: command, command, outputTail: "", ...more };
}

test("commands are counted by kind, by time and by how often they ran", () => {
  const events = [
    ran("npm test", { exitCode: 1, durationMs: 300 }),
    ran("npx eslint .", { exitCode: 0, durationMs: 100 }),
    ran("npm test", { exitCode: 0, durationMs: 200 }),
    ran("git status", { exitCode: 0, durationMs: 1 }),
    ran("./make-it"),
  ];
  expect(activityOf(events, rules)).toMatchObject({
    events: { "command:finished": 5 },
    commands: 5,
    failedCommands: 1,
    slowest: [{ ms: 300 }, { ms: 200 }, { ms: 100 }, { ms: 1 }],
    frequent: [{ command: "npm test", runs: 2 }],
    durations: { p50: 100, p90: 300, total: 601 },
    categories: { test: 2, validation: 1, git: 1, other: 1 },
  });
});

test("nothing ran", () => {
  expect(activityOf([], rules)).toEqual({
    events: {},
    commands: 0,
    failedCommands: 0,
    slowest: [],
    frequent: [],
    categories: {},
    tests: [],
    validated: [],
  });
});

test("test commands are told apart by what they run, with what came of their last run", () => {
  const events = [
    ran("cd a && npm test 2>&1 | tail", { exitCode: 1 }),
    ran("npm test", { exitCode: 0 }),
    ran("npm run e2e", { exitCode: 1 }),
    ran("bash -lc 'prove-it --all'", { exitCode: 2 }),
    ran("pytest -x"),
    ran("npx tsc --noEmit", { exitCode: 1 }),
    ran("npx tsc --noEmit", { exitCode: 0 }),
    ran("ruff check", { exitCode: 1 }),
  ];
  expect(activityOf(events, { ...rules, testCommands: ["prove*"] })).toMatchObject({
    tests: [
      { command: "npm test", runs: 2, failures: 1, passedLast: true },
      { command: "npm run e2e", runs: 1, failures: 1, passedLast: false, known: true },
      { command: "prove-it --all", runs: 1, failures: 1, passedLast: false },
      { command: "pytest -x", runs: 1, failures: 0 },
    ],
    validated: ["npx tsc --noEmit"],
  });
});

test("what the rules forbid is found in commands that ended and in those that never did", () => {
  const events: readonly AgentEvent[] = [
    { type: "command:started", id: "1", command: "bash -lc 'sudo make install'" },
    ran("bash -lc 'sudo make install'", { exitCode: 1 }),
    { type: "command:started", id: "2", command: "git push origin main" },
    ran("npm publish --dry-run"),
    ran("echo sudo"),
  ];
  expect(activityOf(events, rules).breaches).toEqual([
    { kind: "forbidden", pattern: "sudo", command: "bash -lc 'sudo make install'" },
    { kind: "publish", pattern: "git push", command: "git push origin main" },
  ]);
  expect(activityOf(events, undefined).breaches).toBeUndefined();
});

test("a run of a hostile agent's commands is read as far as it takes seconds", () => {
  const nested = Array.from({ length: 400 }, (_, index) => ran(`${index} ${"$(".repeat(4_000)}`));
  expect(activityOf([ran("sudo ls"), ...nested, ran("sudo rm")], rules)).toMatchObject({
    commands: 402,
    breaches: [{ command: "sudo ls" }],
  });
});
