import { expect, test } from "vitest";

import { patternFor } from "./command-pattern.ts";
import { programsIn } from "./programs.ts";

const patterns = [
  "sudo|doas",
  "npm install|i|add -g|--global|--location=global",
  "yarn global",
  "poetry self",
  "git push|send-pack",
  "npm publish",
  "pytest*",
];

test.each([
  ["sudo ls", "sudo|doas"],
  ["npm i -g left-pad", patterns[1]],
  ["npm --global install left-pad", patterns[1]],
  ["npm --prefix tools i x --location=global", patterns[1]],
  ["yarn global add x", "yarn global"],
  ["poetry self update", "poetry self"],
  ["git -C /tmp/x -c a=b push origin main", "git push|send-pack"],
  ["git --git-dir=x push", "git push|send-pack"],
  ["pytest-3 -x", "pytest*"],
])("%j is meant", (command, pattern) => {
  expect(programsIn(command).map((program) => patternFor(program, patterns))).toContain(pattern);
});

test.each([
  "npm install",
  "npm run test -- -g slow",
  "git stash push",
  "git commit -m 'git push'",
  "git log --grep push",
  "yarn add global",
  "grep sudo README.md",
  "pseudo ls",
])("%j is not", (command) => {
  expect(programsIn(command).flatMap((program) => patternFor(program, patterns) ?? [])).toEqual([]);
});
