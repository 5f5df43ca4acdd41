/** Whatever a title, a branch or a project is called: what becomes of it is one word that no shell and no option reads. */
import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { normalize } from "node:path";

import { attemptFolder } from "@orch/config";
import {
  internalTaskId,
  parseBranchName,
  parseProjectId,
  parseSessionId,
  sessionIdOf,
  type BranchName,
} from "@orch/core";
import { gitRepository } from "@orch/testing";
import { branchFor } from "@orch/workspace";
import { array, assert, constantFrom, integer, oneof, property, string } from "fast-check";
import { expect, test } from "vitest";

const RUNS = 5000;
/** The words of shells, options, refs and paths, beside all of Unicode. */
const SHELL = [
  "$(touch marker)",
  "`touch marker`",
  "; touch marker",
  "| touch marker",
  "\ntouch marker\n",
  "'",
  '"',
  " ",
];
const OPTIONS = ["-", "--", "--upload-pack=touch marker", "-c core.pager=x", "%s"];
const REFS = ["@{", "..", "//", "/.", ".lock", "~1", "^{}", ":", "refs/heads/", "HEAD", "\\", "*", "?", "["];
const ODD = ["\u3000", "\u202e", "\u001b]0;x\u0007", "\0"];
const SPECIAL = [...SHELL, ...OPTIONS, ...REFS, ...ODD];
const hostile = array(oneof(constantFrom(...SPECIAL), string({ unit: "binary", maxLength: 6 })), { maxLength: 8 }).map(
  (parts) => parts.join(""),
);
/** Mostly what a branch name may hold, so that many are accepted. */
const branchLike = array(constantFrom("a", "b", "C", "x1", "-", "_", ".", "/", ".lock"), {
  minLength: 1,
  maxLength: 12,
}).map((parts) => parts.join(""));

/** Has git make a ref of each name, all at once and without a shell; it refuses the whole lot for one bad name. */
async function refsMade(names: readonly BranchName[]): Promise<readonly string[]> {
  const repository = await gitRepository();
  const commit = await repository.git("rev-parse", "HEAD");
  // In folders of their own: `a` and `a/b` can't both be branches.
  const wanted = names.map((name, index) => `refs/heads/n${index}/${name}`);
  execFileSync("git", ["-C", repository.path, "update-ref", "--stdin"], {
    input: wanted.map((ref) => `create ${ref} ${commit}\n`).join(""),
  });
  const made = await repository.git("for-each-ref", "--format=%(refname)", "refs/heads");
  expect(await readdir(repository.path)).toEqual([".git", "README.md"]);
  return made.split("\n").filter((ref) => wanted.includes(ref));
}

test("a title becomes a branch, a folder and a session that are plain words", { timeout: 120_000 }, async () => {
  const branches = new Set<BranchName>();
  assert(
    property(hostile, integer({ min: 1, max: 9999 }), (title, number) => {
      const id = internalTaskId(number);
      const branch = branchFor("gh-task-{issue}-{slug}", { id, title });
      expect(branch).toMatch(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/);
      branches.add(branch);
      const project = parseProjectId(`local/${title}`);
      if (!project.ok) return;
      const attempt = { project: project.value, id, attempt: 1 };
      expect(parseSessionId(sessionIdOf(attempt, "agent")).ok).toBe(true);
      const folder = attemptFolder("/home-of-orch", attempt);
      expect(folder).toMatch(/^\/home-of-orch(?:\/[a-z0-9._-]+)+$/);
      expect(normalize(folder)).toBe(folder);
    }),
    { numRuns: RUNS },
  );
  expect(await refsMade([...branches])).toHaveLength(branches.size);
});

test("a branch that is accepted is one for git, and never an option", { timeout: 120_000 }, async () => {
  const accepted = new Set<BranchName>();
  assert(
    property(oneof(hostile, branchLike), (text) => {
      const parsed = parseBranchName(text);
      if (!parsed.ok) return;
      expect(parsed.value).toMatch(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/);
      accepted.add(parsed.value);
    }),
    { numRuns: RUNS },
  );
  expect(accepted.size).toBeGreaterThan(300);
  expect(await refsMade([...accepted])).toHaveLength(accepted.size);
});
