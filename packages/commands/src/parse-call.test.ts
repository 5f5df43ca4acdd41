import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseCall } from "./parse-call.ts";
import { verbs, verbWords } from "./registry.ts";
import { kebab } from "./spec.ts";

function parsed(...argv: readonly string[]): unknown {
  const result = parseCall(argv);
  if (!result.ok) return { error: result.error.code, message: result.error.message, hint: result.error.hint };
  const call = result.value;
  return call.kind === "verb" ? { verb: call.verb.name, values: call.values, global: call.global } : call;
}

const usual = { json: false, color: true };

const CALLS: readonly [argv: readonly string[], verb: string, values: object, global?: object][] = [
  [["task", "list"], "task list", {}],
  [["tasks"], "task list", {}],
  [["task", "ls", "--status", "new", "--status=done"], "task list", { status: ["new", "done"] }],
  [["task", "add", "Fix", "the", "door"], "task add", { title: "Fix the door" }],
  [["task", "add", "Fix", "-b", "-", "-l", "a", "-l", "b"], "task add", { title: "Fix", body: "-", label: ["a", "b"] }],
  [["task", "add", "--priority", "-5", "x"], "task add", { title: "x", priority: -5 }],
  [["task", "add", "--", "--help"], "task add", { title: "--help" }],
  [["run", "do it", "--check", "npm test", "--check=a 'b'"], "run", { what: "do it", check: ["npm test", "a 'b'"] }],
  [["run", "--resume"], "run", { resume: true }],
  [
    ["--json", "task", "--project", "a/b", "get", "int-1"],
    "task get",
    { task: "int-1" },
    { json: true, color: true, project: "a/b" },
  ],
  [["task", "get", "int-1", "--no-color"], "task get", { task: "int-1" }, { json: false, color: false }],
  [["task", "send", "42", "hello", "you"], "task send", { task: "42", text: "hello you" }],
  [["task", "diff", "int-1", "--no-stat"], "task diff", { task: "int-1", stat: false }],
  [["log", "watch"], "log", { lines: "watch" }],
  [["stream", "--after", "0"], "stream", { after: 0 }],
  [["task", "add", "x", "--idempotency-key", "k"], "task add", { title: "x", idempotencyKey: "k" }],
];

test.each(CALLS)("%j", (...[argv, verb, values, global = usual]) => {
  expect(parsed(...argv)).toEqual({ verb, values, global });
});

const REFUSED: readonly [argv: readonly string[], message: RegExp, hint: RegExp][] = [
  [["tsk"], /no command "tsk"/, /orch help/],
  [["task", "lits"], /no command "task lits"/, /Did you mean: orch task list\?/],
  [["taks", "list"], /no command "taks list"/, /Did you mean: orch task list\?/],
  [["task", "add"], /<title> is missing/, /orch task add --help/],
  [["task", "add", "x", "--lable", "y"], /no flag "--lable"/, /Did you mean --label\?/],
  [["task", "get", "1", "2"], /"2" is one word too many/, /task get --help/],
  [["task", "list", "--status", "nwe"], /--status can't be "nwe"/, /Did you mean new\?/],
  [["task", "list", "--limit", "many"], /--limit can't be "many"/, /whole number/],
  [["task", "list", "--limit", "0"], /--limit can't be "0"/, /from 1/],
  [["task", "list", "--limit"], /"--limit" needs a value/, /task list --help/],
  [["task", "list", "--limit", "1", "--limit", "2"], /given twice/, /help/],
  [["task", "list", "--json=yes"], /"--json" takes no value/, /help/],
  [["task", "add", "x".repeat(501)], /<title> has 501 characters/, /At most 500/],
  [["completions", "fishy"], /<shell> can't be "fishy"/, /Did you mean fish\?/],
];

test.each(REFUSED)("%j is a usage error", (argv, message, hint) => {
  expect(parsed(...argv)).toEqual({
    error: "usage",
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

test.each([
  [[], undefined],
  [["help"], undefined],
  [["--help"], undefined],
  [["task"], "task"],
  [["task", "--help"], "task"],
  [["help", "task"], "task"],
])("%j asks for help", (argv, topic) => {
  expect(parsed(...argv)).toMatchObject({ kind: "help", ...(topic === undefined ? {} : { topic }) });
});

test.each([
  ["help", "task", "add"],
  ["task", "add", "-h"],
  ["task", "add", "--help", "x"],
])("%s %s %s asks for a verb's help", (...argv) => {
  expect(parsed(...argv)).toMatchObject({ kind: "help", topic: { name: "task add" } });
});

test("--version needs nothing else", () => {
  expect(parsed("--version")).toMatchObject({ kind: "version" });
  expect(parsed("-V", "--json")).toMatchObject({ kind: "version", global: { json: true } });
});

test("no words make it throw, and what is wrong is always a usage error with a hint", () => {
  const flags = verbs.flatMap((verb) => Object.keys(verb.flags).map((key) => `--${kebab(key)}`));
  const token = fc.oneof(
    fc.constantFrom(
      ...verbWords().flatMap((words) => words.split(" ")),
      ...flags,
      "--",
      "-",
      "--json",
      "--project",
      "-b",
    ),
    fc.string(),
    fc.constantFrom("__proto__", "constructor", "--__proto__", "--constructor", "--to-string"),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), (argv) => {
      const result = parseCall(argv);
      if (result.ok) return;
      expect(result.error.code).toBe("usage");
      expect(result.error.hint).toBeDefined();
    }),
    { numRuns: 3000 },
  );
});
