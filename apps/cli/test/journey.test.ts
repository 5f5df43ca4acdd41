import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { SessionEvent } from "@orch/core";
import { programWorks, waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { fixtureAgent, noProcessOf, openOrchBench } from "./orch-bench.ts";
import { openTerminal, type PersonTerminal } from "./person-terminal.ts";

const run = promisify(execFile);
const LONG_MS = 180_000;

const config = {
  agents: {
    writer: fixtureAgent("writes"),
    learner: fixtureAgent("learns"),
    slow: fixtureAgent("slow"),
    stubborn: fixtureAgent("slow", "stubborn"),
    talker: { driver: "replay", options: { recording: join(import.meta.dirname, "fixtures", "talk.json") } },
  },
  router: { agents: ["writer"] },
  retry: { base_seconds: 1, max_seconds: 1 },
};

const sumTest = `import assert from "node:assert/strict";
import { test } from "node:test";
test("sum", async () => {
  const { sum } = await import("./sum.mjs");
  assert.equal(sum(2, 3), 5, "the sum of 2 and 3 has to be 5");
});
`;

describe.concurrent("the journeys of a person", () => {
  test("from init to a merged result, with a daemon", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({
      config,
      files: { "package.json": JSON.stringify({ scripts: { test: "node --check site.mjs" } }), "site.mjs": "" },
    });
    const { repository } = bench;
    expect(await bench.result("init")).toEqual({
      project: "local/site",
      config: join(repository.path, ".orch.yml"),
      created: true,
      checks: [{ name: "test", run: ["npm", "run", "test"] }],
    });
    await repository.commit("chore: set orch up");
    const daemon = await bench.serve();
    const stream = bench.start(["stream"]);
    const events = bench.start(["stream", "--json", "--after", "0"]);

    await bench.result("task add", ["Add file one", "--label", "first"]);
    await bench.result("task add", ["Add file two", "--agent", "writer"]);
    const third = await bench.result("task add", ["Add file three", "--after", "int-1"]);
    expect(third.task).toMatchObject({ status: "blocked", waitingFor: ["int-1"], dependsOn: ["int-1"] });
    expect((await bench.result("agents")).agents).toContainEqual(
      expect.objectContaining({ name: "writer", driver: "command", installed: true }),
    );
    const one = await bench.reaches("int-1", "in_review");
    await bench.reaches("int-2", "in_review");
    expect(one.attempts).toMatchObject([
      {
        agent: "writer",
        verdict: { kind: "pass" },
        summary: "Wrote one.txt",
        receipts: [{ check: "test", ok: true, exitCode: 0, commit: one.task.commit }],
      },
    ]);
    expect((await bench.result("task list")).tasks.map(({ id, status }) => [id, status])).toEqual([
      ["int-3", "blocked"],
      ["int-2", "in_review"],
      ["int-1", "in_review"],
    ]);
    expect((await bench.result("task list", ["--status", "blocked"])).tasks).toHaveLength(1);
    expect((await bench.orch(["task", "list"])).out).toMatch(/^int-3 +blocked +- +int-1 +Add file three$/m);
    const elsewhere = { folder: bench.root };
    const said = await bench.orch(["task", "log", "local/site#int-1"], elsewhere);
    expect(said.out).toMatch(
      /^Attempt 1 by writer, finished\n[^]*I write one\.txt\.\n[^]*✓ test[^]*attempt 1 passes\n$/,
    );
    const document = await bench.result("task log", ["int-1", "--attempt", "1"]);
    expect(document.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["started", "agent", "exit"]));
    expect(document).toMatchObject({ truncated: false, attempt: { verdict: { kind: "pass" } } });
    expect(await bench.failure(["task", "log", "int-1", "--attempt", "7"])).toMatchObject({ code: "attempt_unknown" });
    expect((await bench.orch(["stream", "int-1"])).out).toBe((await bench.orch(["task", "log", "int-1"])).out);
    expect(await bench.failure(["stream", "int-1", "--after", "0"])).toMatchObject({ code: "usage" });
    expect((await bench.orch(["task", "list"], elsewhere)).out).toMatch(/^local\/site#int-1 +in_review +- +- +Add/m);
    expect((await bench.orch(["task", "tree"], elsewhere)).out).toContain(
      "local/site#int-3 blocked (waits for int-1) Add file three",
    );
    expect(await bench.result("task status")).toMatchObject({ counts: { in_review: 2, blocked: 1 }, total: 3 });
    expect((await bench.result("task diff", ["int-1"])).diff).toContain("+one");
    expect((await bench.result("task tree")).tasks.map(({ id }) => id)).toEqual(["int-1", "int-2", "int-3"]);
    const part = await bench.result("task add", ["Add file four", "--parent", "int-2", "--after", "int-3"]);
    expect((await bench.result("task tree", ["int-2"])).tasks).toMatchObject([{ depth: 0 }, { depth: 1 }]);
    expect((await bench.result("task route", ["int-2"])).agent).toBe("writer");

    await expect(access(join(repository.path, "one.txt"))).rejects.toThrow("ENOENT");
    expect(await repository.git("log", "-1", "--format=%an <%ae>, %cn%n%(trailers)", one.task.branch ?? "")).toBe(
      "writer[bot] <writer[bot]@users.noreply.github.com>, orch[bot]\nOrch-Run: local/site#int-1/1\nOrch-Agent: writer",
    );
    const { out } = await bench.orch(["task", "request-pr", "int-1"]);
    expect(out).toMatch(new RegExp(`approves ${one.task.commit?.slice(0, 12)} of \\S+, for main\\n[^]*once, until`));
    const { token, commit } = await bench.result("task request-pr", ["int-1"]);
    expect(commit).toBe(one.task.commit);
    const approve = (...more: readonly string[]): readonly string[] => ["task", "approve", "int-1", "--token", ...more];
    expect(await bench.failure(approve("0000"))).toMatchObject({ exit: 1, code: "token_wrong" });
    const approved = await bench.result("task approve", ["int-1", "--token", token]);
    expect(approved.task).toMatchObject({ status: "done", outcome: "merged" });
    const again = await bench.failure(approve(token));
    expect(again).toMatchObject({ exit: 1, code: "token_used", hint: expect.stringContaining("request-pr") as string });
    expect(await readFile(join(repository.path, "one.txt"), "utf8")).toBe("one\n");
    expect(await repository.git("status", "--porcelain")).toBe("");
    await bench.reaches("int-3", "in_review");
    expect((await bench.orch(["task", "merge", "int-3"])).out).toBe("int-3 is done\n");
    expect(await repository.git("ls-tree", "--name-only", "HEAD")).toContain("three.txt");
    await bench.reaches(part.task.id, "in_review");

    await stream.printed("I write three.txt.");
    stream.send("SIGINT");
    expect((await stream.end).code).toBe(0);
    await events.printed(`"status":"done"`);
    events.send("SIGINT");
    const lines = (await events.end).out.trimEnd().split("\n");
    const seen = lines.map((line) => JSON.parse(line) as { seq: number });
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
    const log = await bench.orch(["log", "500"]);
    expect(log.out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}info {3}the daemon is ready {2}home=.*pid=\d+$/m);
    expect(log.out).toMatch(/ info {3}local\/site#int-1 {2}is in_progress {2}event=attempt:started {2}agent=/);
    expect(log.out).not.toContain("git ran");
    expect((await bench.orch(["log", "500", "--debug"])).out).toContain("git ran");
    const raw = (await bench.result("log", ["500"])).files.flatMap(({ lines }) => lines);
    expect(raw.map((line) => (JSON.parse(line) as { message: string }).message)).toContain("the daemon is ready");
    expect((await bench.orch(["stop"])).code).toBe(0);
    const end = await daemon.end;
    expect(end.code).toBe(0);
    expect(end.err).toMatch(/ info {2}local\/site#int-1 is done event=/);
    expect(end.err).not.toContain("debug");
  });

  test("talking to an agent, watching it, killing it", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.serve();
    await bench.orch(["init"]);
    await bench.result("task add", ["Ask me", "--agent", "talker"]);
    await bench.result("task add", ["Take your time", "--agent", "slow"]);
    await waitFor("both sessions", async () => (await bench.sessions()) === 2);
    const watched = bench.start(["task", "attach", "int-1"]);
    await watched.printed("What shall I write?");
    expect(await bench.result("task send", ["int-1", "Write", "--", "-n $(touch x)"])).toMatchObject({
      outcome: "delivered",
    });
    await bench.reaches("int-1", "in_review");
    expect((await watched.end).code).toBe(0);
    expect(await bench.failure(["task", "send", "int-1", "more"])).toMatchObject({ exit: 3, code: "session_unknown" });
    expect(await bench.orch(["task", "send", "int-2", "hello"])).toMatchObject({ code: 1 });

    const log = bench.start(["task", "stream", "int-2"]);
    await log.printed("I work slowly.");
    expect(await bench.result("task kill", ["int-2"])).toMatchObject({ killed: 1, task: { reason: "interrupted" } });
    const shown = await log.end;
    expect([shown.code, shown.out]).toEqual([0, expect.stringContaining("attempt 1 does not pass: interrupted")]);
    await noProcessOf(bench, "int-2");
    expect(await bench.failure(["task", "kill", "int-2"])).toMatchObject({ exit: 3, code: "session_unknown" });
    await bench.result("task retry", ["int-2"]);
    const retried = await bench.reaches("int-2", "in_review");
    expect(retried.attempts.map(({ verdict }) => verdict?.reason)).toEqual(["interrupted", undefined]);
  });

  test.runIf(programWorks("tmux", ["-V"]))("attaching on two terminals", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.serve();
    await bench.orch(["init"]);
    await bench.result("task add", ["Take your time", "--agent", "slow"]);
    await waitFor("the session", async () => (await bench.sessions()) === 1);
    const [session = { id: "" }] = (await bench.result("task live")).sessions;
    const told: SessionEvent[] = [];
    const { signal } = new AbortController();
    const watched = (async () => {
      for await (const event of bench.client.sessionEvents(session.id, { after: 0, signal })) told.push(event);
    })();
    const attach = async (name: string): Promise<PersonTerminal> => {
      const terminal = await openTerminal(bench, { name, args: ["task", "attach", "int-1"] });
      await waitFor("the terminal to show it", async () => (await terminal.screen()).includes("at work"));
      return terminal;
    };
    const [one, two] = [await attach("one"), await attach("two")];
    const leave = async (terminal: PersonTerminal): Promise<readonly string[]> => {
      await terminal.press("C-b", "d");
      await terminal.ended();
      return (await bench.result("task hold", ["int-1", "--release"])).holders;
    };
    expect(await leave(one)).toEqual([expect.stringMatching(/^cli:/)]);
    expect(await leave(two)).toEqual([]);
    await bench.result("task kill", ["int-1"]);
    await watched;
    const holds = told.flatMap((event) => (event.kind === "hold" ? [event] : []));
    expect(holds).toMatchObject([{ by: expect.stringMatching(/^cli:/) as string }, { left: holds[0]?.by }]);
  });

  test.runIf(programWorks("tmux", ["-V"]))("attaching to an agent in tmux", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.serve();
    await bench.orch(["init"]);
    await bench.result("task add", ["Take your time", "--agent", "slow"]);
    await waitFor("the session", async () => (await bench.sessions()) === 1);
    const { argv } = await bench.result("task attach", ["int-1"]);
    const [program = "", ...args] = argv ?? [];
    // In control mode tmux needs no terminal.
    const shown = run(program, ["-C", ...args], { env: { ...process.env, TERM: "xterm" } });
    let said = "";
    shown.child.stdout?.on("data", (part: Buffer | string) => (said += String(part)));
    await waitFor("tmux to attach", () => said.includes("%session-changed"));
    shown.child.stdin?.end();
    await shown;
    await bench.result("task kill", ["int-1"]);
    await noProcessOf(bench, "int-1");
  });

  test("cancelling, unblocking, interrupting", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    await bench.serve();
    await bench.orch(["init"]);
    await bench.result("task add", ["Take your time", "--agent", "slow"]);
    await bench.result("task add", ["Add file two", "--after", "int-1"]);
    await bench.result("task add", ["Add file three", "--after", "int-1"]);
    await waitFor("the session", async () => (await bench.sessions()) === 1);
    expect((await bench.result("task unblock", ["int-2"])).tasks).toMatchObject([{ id: "int-2", status: "new" }]);
    await bench.reaches("int-2", "in_review");
    expect((await bench.result("task interrupt", ["int-1"])).task).toMatchObject({ reason: "interrupted" });
    await noProcessOf(bench, "int-1");
    expect((await bench.result("task cancel", ["int-1", "--why", "not now"])).task).toMatchObject({
      status: "cancelled",
      detail: "not now",
    });
    const third = await bench.reaches("int-3", "needs_review");
    expect(third.task).toMatchObject({
      reason: "dependency_cancelled",
      hint: expect.stringContaining("unblock") as string,
    });
    await bench.result("task unblock", ["all"]);
    await bench.reaches("int-3", "in_review");
    await bench.result("task cancel", ["int-3"]);
    expect(await bench.failure(["task", "merge", "int-3"])).toMatchObject({ exit: 1, code: "move_refused" });
    await bench.result("task retry", ["int-3"]);
    await bench.reaches("int-3", "in_review");
  });

  test("orch run: the second attempt learns from the receipt of the first", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config, files: { "sum.test.mjs": sumTest } });
    const check = `${process.execPath} --test`;
    const result = await bench.result("run", ["Write", "a sum", "--agent", "learner", "--check", check]);
    expect(result.task).toMatchObject({ title: "Write a sum", status: "in_review", source: "run" });
    expect(result.attempts.map(({ verdict }) => [verdict?.kind, verdict?.reason])).toEqual([
      ["retryable", "checks_failed"],
      ["pass", undefined],
    ]);
    expect(result.attempts[0]?.receipts[0]?.outputTail).toContain("has to be 5");
    expect(result.receipts).toMatchObject([{ ok: true, argv: [process.execPath, "--test"], commit: result.commit }]);
    const { repository } = bench;
    expect(await repository.git("rev-parse", result.branch ?? "")).toBe(result.commit);
    expect(await repository.git("show", `${result.branch}:sum.mjs`)).toContain("a + b");
    expect(await repository.git("status", "--porcelain")).toBe("");
    expect(await repository.git("rev-parse", "--abbrev-ref", "HEAD")).toBe("main");
  });

  test("orch run shows the work and says what to type next", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const { code, out, err } = await bench.orch(["run", "Add file one", "--check", "test -f one.txt"]);
    expect([code, err]).toEqual([0, ""]);
    for (const part of ["I write one.txt.", "int-1 in_review", "one.txt  +1", "✓ test", "orch task merge int-1"]) {
      expect(out).toContain(part);
    }
    expect((await bench.orch(["task", "merge", "int-1"])).code).toBe(0);
  });

  test("Ctrl-C stops cleanly, --resume finishes", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const job = bench.start(["run", "Take your time", "--agent", "slow"]);
    await job.printed("still at work");
    job.send("SIGINT");
    const stopped = await job.end;
    expect([stopped.code, stopped.err]).toEqual([1, "\nStopping cleanly; Ctrl-C again kills.\n"]);
    expect(stopped.out).toContain("orch run --resume int-1");
    await noProcessOf(bench, "int-1");
    const resumed = await bench.result("run", ["--resume"]);
    expect(resumed.task).toMatchObject({ id: "int-1", status: "in_review" });
    expect(resumed.attempts.map(({ verdict }) => verdict?.reason)).toEqual(["interrupted", undefined]);
  });

  test("Ctrl-C twice kills", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config });
    const job = bench.start(["run", "Take your time", "--agent", "stubborn", "--json"]);
    await waitFor("the session", async () => (await bench.sessions().catch(() => 0)) === 1);
    job.send("SIGINT");
    await job.printed("Stopping cleanly");
    job.send("SIGINT");
    const { code } = await job.end;
    expect(code).toBe(1);
    await noProcessOf(bench, "int-1");
    expect((await bench.result("task get", ["int-1"])).task).toMatchObject({
      status: "needs_review",
      reason: "interrupted",
    });
  });
});
