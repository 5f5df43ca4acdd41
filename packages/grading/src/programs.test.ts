import * as fc from "fast-check";
import { expect, test } from "vitest";

import { programsIn } from "./programs.ts";

test.each([
  ["npm test", [["npm", "test"]]],
  [
    "cd a && CI=1 npm test 2>&1 | tail -5",
    [
      ["cd", "a"],
      ["npm", "test"],
      ["tail", "-5"],
    ],
  ],
  ["/usr/bin/git push", [["git", "push"]]],
  [
    "sudo -u root git push",
    [
      ["sudo", "-u", "root", "git", "push"],
      ["git", "push"],
    ],
  ],
  [
    "/bin/bash -lc 'rm -rf made'",
    [
      ["bash", "-lc", "rm -rf made"],
      ["rm", "-rf", "made"],
    ],
  ],
  [
    "env -u A B=1 timeout -k 5 10 npm test",
    [
      ["env", "-u", "A", "B=1", "timeout", "-k", "5", "10", "npm", "test"],
      ["timeout", "-k", "5", "10", "npm", "test"],
      ["npm", "test"],
    ],
  ],
  ['g""it pu\\sh', [["git", "push"]]],
  [
    "eval 'git push'",
    [
      ["eval", "git push"],
      ["git", "push"],
    ],
  ],
  ["if true; then (brew install x); fi", [["true"], ["brew", "install", "x"]]],
  [
    "echo $(git push)",
    [
      ["echo", "$(git push)"],
      ["git", "push"],
    ],
  ],
  ["cat <<END\nsudo rm\nEND", [["cat"]]],
  ["# sudo rm", []],
  ["echo 'sudo rm'", [["echo", "sudo rm"]]],
])("%j starts %j", (command, programs) => {
  expect(programsIn(command)).toEqual(programs);
});

test("a command that nests without end is read as far as it goes", () => {
  const nested = Array.from({ length: 12 }).reduce<string>((inner) => `bash -c ${JSON.stringify(inner)}`, "git push");
  expect(programsIn(nested).map(([name]) => name)).toEqual(Array.from({ length: 6 }).fill("bash"));
});

test("what stands in brackets without end is read as far as it goes", () => {
  expect(programsIn("echo $(a $(b $(c $(d $(e $(f $(git push)))))))").map(([name]) => name)).toEqual([
    "echo",
    "a",
    "b",
    "c",
    "d",
    "e",
  ]);
});

test("whatever an agent writes can be read", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: "binary" }), (command) => {
      for (const [name] of programsIn(command)) expect(name).toBeTypeOf("string");
    }),
  );
});
