import { parseBranchName, parseCommitSha, parseProjectId, parseTaskId, unwrap, type Forge } from "@orch/core";
import { createRedactor, neutraliseOutput } from "@orch/security";
import { expect, test } from "vitest";

import { redactedForge } from "./redacted-forge.ts";

const known = "user:hunter@two";
const shaped = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
const branch = unwrap(parseBranchName("main"));
const commit = unwrap(parseCommitSha("a".repeat(40)));
const id = unwrap(parseTaskId("12"));
const secret = `it is ${known} and ${shaped}`;
const cut = neutraliseOutput(`it is ${known}`);
const texts = { title: secret, body: secret };

/** What every method of a forge is called with; `reads`: it tells nothing but names and numbers. */
const calls: {
  readonly [Name in keyof Forge]: Forge[Name] extends (...args: infer Args) => unknown ? Args | "reads" : "fact";
} = {
  name: "fact",
  repository: "fact",
  project: "fact",
  self: "reads",
  account: "reads",
  roleOf: "reads",
  changes: "reads",
  issue: "reads",
  comments: "reads",
  history: "reads",
  relations: "reads",
  openIssue: [{ ...texts, labels: [secret], marker: "mark", parent: id }],
  ensureLabels: [[{ name: secret, color: "ffffff", description: secret }]],
  setLabels: [{ id, add: [secret], remove: ["old"] }],
  closeIssue: "reads",
  reopenIssue: "reads",
  putComment: [{ thread: 12, marker: "mark", body: secret }],
  react: "reads",
  pullRequest: "reads",
  openPulls: "reads",
  pullRequestBy: "reads",
  pullMarks: "reads",
  openPullRequest: [{ ...texts, branch, base: branch, draft: true }],
  editPullRequest: [{ ...texts, number: 7, state: "closed" }],
  markReady: "reads",
  checks: "reads",
  rules: "reads",
  jobLog: "reads",
  runsGoingOn: "reads",
  rerunFailed: "reads",
  reviews: "reads",
  submitReview: [
    {
      number: 7,
      commit,
      decision: "comment",
      marker: "mark",
      body: cut,
      comments: [{ path: "a.txt", line: 3, body: secret }],
    },
  ],
  merge: [{ number: 7, expected: commit, method: "squash", title: secret, message: cut }],
  branches: "reads",
  deleteBranch: "reads",
  linkBranch: "reads",
  remote: "reads",
  budget: "reads",
};

test("no text leaves for a forge with a secret in it, and everything else as it is", async () => {
  const told: Record<string, unknown> = {};
  const methods = Object.keys(calls).map((name) => [name, async (...args: unknown[]) => void (told[name] = args)]);
  const real = { ...Object.fromEntries(methods), project: unwrap(parseProjectId("acme/app")) } as Forge;
  const forge = redactedForge(real, createRedactor({ secrets: [known] }));
  for (const [name, args] of Object.entries(calls)) {
    if (Array.isArray(args)) await (forge[name as keyof Forge] as (...given: unknown[]) => Promise<unknown>)(...args);
  }
  const shown = "it is [redacted:known-secret] and [redacted:github-token]";
  const both = { title: shown, body: shown };
  expect(told).toEqual({
    openIssue: [{ ...both, labels: [shown], marker: "mark", parent: id }],
    ensureLabels: [[{ name: shown, color: "ffffff", description: shown }]],
    setLabels: [{ id, add: [shown], remove: ["old"] }],
    putComment: [{ thread: 12, marker: "mark", body: shown }],
    openPullRequest: [{ ...both, branch, base: branch, draft: true }],
    editPullRequest: [{ ...both, number: 7, state: "closed" }],
    submitReview: [
      {
        number: 7,
        commit,
        decision: "comment",
        marker: "mark",
        body: "[withheld]",
        comments: [{ path: "a.txt", line: 3, body: shown }],
      },
    ],
    merge: [{ number: 7, expected: commit, method: "squash", title: shown, message: "[withheld]" }],
  });
});
