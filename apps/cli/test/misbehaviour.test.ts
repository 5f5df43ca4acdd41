import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Reason } from "@orch/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { confining, misbehavingAgent, noProcessOf, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

/** What an agent does, and the documented end: the attempt's reason, and the task's where it is another one. */
interface Misbehaviour {
  readonly does: string;
  readonly agent: string;
  readonly args?: readonly string[];
  readonly check?: string;
  readonly reason: Reason;
  /** Reasons that would be tried again end here, because one attempt is all there is. */
  readonly task: "max_attempts" | Reason;
}

const table: readonly Misbehaviour[] = [
  { does: "prints nothing", agent: "silent", reason: "silence", task: "max_attempts" },
  { does: "claims done with no change", agent: "no-change-but-done", reason: "no_changes", task: "no_changes" },
  {
    does: "claims done with failing checks",
    agent: "failing-checks",
    check: `${process.execPath} broken.mjs`,
    reason: "checks_failed",
    task: "max_attempts",
  },
  { does: "emits 100 MB", agent: "emits-100-mb", reason: "output_limit", task: "max_attempts" },
  { does: "starts too many processes", agent: "forks", reason: "quota_exceeded", task: "max_attempts" },
  { does: "forks without end", agent: "fork-bomb", reason: "quota_exceeded", task: "max_attempts" },
  { does: "leaves an invalid report", agent: "invalid-report", reason: "invalid_output", task: "max_attempts" },
  {
    does: "commits to another branch",
    agent: "commits-to-other-branch",
    reason: "wrong_branch",
    task: "max_attempts",
  },
  {
    does: "exits with 0 in the middle of its work",
    agent: "dies-with-exit-0",
    reason: "invalid_output",
    task: "max_attempts",
  },
  { does: "asks for input", agent: "asks-for-input", reason: "agent_asked", task: "agent_asked" },
  {
    does: "asks for input and waits",
    agent: "asks-for-input",
    args: ["hang"],
    reason: "agent_asked",
    task: "agent_asked",
  },
];

const rows = Object.fromEntries(
  [...table, { agent: "leaves-child", args: [] }].map(({ agent, args = [] }) => [
    [agent, ...args].join("-"),
    misbehavingAgent(agent, ...args),
  ]),
);

const config = {
  workflow: {
    max_attempts: 1,
    silence_seconds: 8,
    timeout_seconds: 90,
    max_output_bytes: 2 * 1024 * 1024,
    max_processes: 60,
  },
};

/** Places that an agent has no business in: the person's checkout, orch's home, the person's home. */
const outside = ({ root }: { readonly root: string }): readonly string[] =>
  ["person", "site", "h", "."].map((folder) => join(root, folder, "outside.txt"));

type End = Awaited<ReturnType<OrchBench["reaches"]>>;

/** One orch for all agents in the sandbox that is there, and one without. */
function benchFor(mode: "bwrap" | "none"): { readonly bench: OrchBench } {
  const holder: { bench?: OrchBench } = {};
  beforeAll(async () => {
    const opened = await openOrchBench({ config: { sandbox: { mode }, ...config } });
    const places = mode === "none" ? outside(opened).slice(0, 1) : outside(opened);
    const agents = { ...rows, "writes-outside": misbehavingAgent("writes-outside", ...places) };
    await writeFile(join(opened.home, "config.yml"), JSON.stringify({ sandbox: { mode }, ...config, agents }));
    await opened.serve();
    await opened.orch(["init"]);
    await opened.repository.commit("chore: set orch up");
    holder.bench = opened;
  }, LONG_MS);
  afterAll(() => holder.bench?.[Symbol.asyncDispose](), LONG_MS);
  return {
    get bench() {
      if (holder.bench === undefined) throw new Error("the bench is not open");
      return holder.bench;
    },
  };
}

const closed = benchFor(confining ? "bwrap" : "none");
const open = benchFor("none");

describe.concurrent("an agent that", () => {
  test.each(table)(
    "$does: $reason",
    { timeout: LONG_MS },
    async ({ agent, args = [], check, reason, task: expected }) => {
      const flags = check === undefined ? [] : ["--check", check];
      const end = await endOf(closed.bench, [agent, ...args].join("-"), ...flags);
      expect(end.attempts).toMatchObject([{ verdict: { reason }, phase: "finished" }]);
      expect(end.task).toMatchObject({ status: "needs_review", reason: expected });
      expect(end.task.hint).not.toBe("");
      // Nothing that did not pass gets near the person's branches.
      expect(await closed.bench.repository.git("branch", "--list", end.task.branch ?? "")).toBe("");
      expect(await closed.bench.repository.git("branch", "--list", "elsewhere")).toBe("");
    },
  );
});

/** One task of one agent, to its end. */
async function endOf(on: OrchBench, agent: string, ...flags: readonly string[]): Promise<End> {
  const { task } = await on.result("task add", ["Behave", "--agent", agent, ...flags]);
  const end = await on.reaches(task.id, "needs_review", "in_review", "done");
  await noProcessOf(on, task.id);
  const { repository } = on;
  expect(await repository.git("status", "--porcelain")).toBe("");
  expect(await repository.git("log", "--format=%s", "HEAD")).toBe("chore: set orch up\nfirst");
  expect(await repository.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
  return end;
}

// One after the other: who wrote outside can't be told.
describe("without a sandbox", () => {
  test("a child that outlives the agent is told", { timeout: LONG_MS }, async () => {
    const free = await endOf(open.bench, "leaves-child");
    expect(free.attempts).toMatchObject([{ verdict: { reason: "left_processes" } }]);
    expect(free.task).toMatchObject({ status: "needs_review", reason: "max_attempts" });
  });

  test("a write outside the clone is told, where orch looks", { timeout: LONG_MS }, async () => {
    const end = await endOf(open.bench, "writes-outside");
    const detail = expect.stringContaining("outside.txt") as string;
    expect(end.attempts).toMatchObject([{ verdict: { kind: "human", reason: "wrote_outside", detail } }]);
    // The result is there for a person to decide on: perhaps it was they who wrote there.
    expect(end.task).toMatchObject({ status: "needs_review", reason: "wrote_outside" });
    expect(await open.bench.repository.git("branch", "--list", end.task.branch ?? "")).not.toBe("");
  });
});

describe.runIf(confining).concurrent("in bubblewrap", () => {
  test("a child that outlives the agent is told", { timeout: LONG_MS }, async () => {
    const confined = await endOf(closed.bench, "leaves-child");
    expect(confined.attempts).toMatchObject([{ verdict: { reason: "left_processes" } }]);
    expect(confined.task).toMatchObject({ status: "needs_review", reason: "max_attempts" });
  });

  test("a write outside the clone has no effect", { timeout: LONG_MS }, async () => {
    const end = await endOf(closed.bench, "writes-outside");
    expect(outside(closed.bench).filter((path) => existsSync(path))).toEqual([]);
    const worktrees = await readdir(join(closed.bench.home, "worktrees/local/site"));
    expect(worktrees.filter((name) => !name.startsWith("task-int-"))).toEqual([]);
    // What it did inside is on a branch, and waits for a person.
    expect(end.task.status).toBe("in_review");
    expect(await closed.bench.repository.git("ls-tree", "--name-only", end.task.branch ?? "")).toContain("inside.txt");
    expect(await closed.bench.repository.git("ls-tree", "--name-only", end.task.branch ?? "")).not.toContain("outside");
  });
});
