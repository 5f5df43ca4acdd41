import { expect, test } from "vitest";

import { chooseHolder, kernelLimitsOf, type HolderFacts } from "./task-limit.ts";

const place = { version: 2, folder: "/cg/orch.service", own: "/cg/orch.service/main" } as const;
const nowhere = { why: "no groups" };
const facts: HolderFacts = {
  place: nowhere,
  sandbox: "bwrap",
  prlimit: "/usr/bin/prlimit",
  release: "6.1.0-13-amd64",
  root: false,
};

test.each<{ readonly has: string; readonly change: Partial<HolderFacts>; readonly expected: object }>([
  { has: "a control group", change: { place, root: true, sandbox: "none" }, expected: { kind: "cgroup", place } },
  { has: "a user of the sandbox's own", change: {}, expected: { kind: "namespace", prlimit: "/usr/bin/prlimit" } },
  { has: "the first kernel that counts so", change: { release: "5.14.0" }, expected: { kind: "namespace" } },
  {
    has: "no sandbox",
    change: { sandbox: "none" },
    expected: { why: "no groups, and there is no sandbox with users of its own" },
  },
  { has: "root", change: { root: true }, expected: { why: "no groups, and the kernel holds root to no such limit" } },
  {
    has: "an old kernel",
    change: { release: "5.10.0-28-amd64" },
    expected: { why: "no groups, and this kernel counts a person's processes all together" },
  },
  { has: "no prlimit", change: { prlimit: undefined }, expected: { why: "no groups, and prlimit is not installed" } },
])("a session with $has is held by $expected", ({ change, expected }) => {
  expect(chooseHolder({ ...facts, ...change })).toMatchObject(
    "why" in expected ? { kind: "count", ...expected } : expected,
  );
});

test("the kernel allows more than the quota, for threads, and never too few", () => {
  const limits = { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 };
  expect(kernelLimitsOf({ ...limits, processes: 1000, memoryBytes: 800 }, "n")).toEqual({
    nonce: "n",
    tasks: 4000,
    memoryBytes: 1000,
  });
  expect(kernelLimitsOf({ ...limits, processes: 10 }, "n")).toEqual({ nonce: "n", tasks: 512 });
  expect(kernelLimitsOf(limits, "n")).toEqual({ nonce: "n" });
});
