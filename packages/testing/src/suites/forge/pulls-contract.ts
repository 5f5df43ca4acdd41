import { isOrchError, parseBranchName, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { MAIN, PEOPLE } from "../../forge/forge-people.ts";
import { BRANCH, openedPull, pullAt, REQUEST, twice, type MakeForge } from "./forge-bench.ts";

/** Pull requests, checks and reviews. */
export function describeForgePulls(make: MakeForge): void {
  describeOpening(make);
  describeChecks(make);
  describeReviews(make);
}

function describeOpening(make: MakeForge): void {
  test("a branch gets one pull request, however often it is asked for", async () => {
    const bench = await make();
    const { forge, people } = bench;
    expect(await forge.pullRequest(BRANCH)).toBeUndefined();
    expect(await forge.pullRequestBy(4711)).toBeUndefined();
    const head = await people.push({ branch: BRANCH, files: { "fix.txt": "one\n" } });
    const pull = await twice(bench, () => forge.openPullRequest(REQUEST));
    expect(pull).toMatchObject({ branch: BRANCH, base: MAIN, head, state: "open", draft: false, title: "Fix it" });
    expect((await forge.openPullRequest(REQUEST)).number).toBe(pull.number);
    expect(await forge.pullRequest(BRANCH)).toEqual(await forge.pullRequestBy(pull.number));
    const { base: _base, ...bare } = { ...REQUEST, branch: unwrap(parseBranchName("gh-task-2-fix")) };
    await people.push({ branch: bare.branch, files: { "other.txt": "one\n" } });
    expect(await forge.openPullRequest(bare), "into the default branch").toMatchObject({ base: MAIN });
    const later = await people.push({ branch: BRANCH, files: { "fix.txt": "one\ntwo\n" } });
    expect(await pullAt(forge, pull.number)).toMatchObject({ head: later, mergeable: "yes", behind: false });
  });

  test("branches are found by how their names begin, each with its commit", async () => {
    const { forge, people } = await make();
    expect(await forge.branches("gh-task-1")).toEqual(new Map());
    const head = await people.push({ branch: BRANCH, files: { "fix.txt": "one\n" } });
    expect(await forge.branches("gh-task-1")).toEqual(new Map([[BRANCH, head]]));
    expect(await forge.branches("task-1")).toEqual(new Map());
    expect([...(await forge.branches("m")).keys()]).toEqual([MAIN]);
  });

  test("a mark is another one when something changed that a look would show, and the same when nothing did", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { number } = await openedPull(bench);
    const seen = new Set<string>();
    const mark = async (): Promise<string> => {
      const marks = await forge.pullMarks([number, 4711]);
      expect([...marks.keys()]).toEqual([number]);
      return marks.get(number) ?? "";
    };
    const expectFresh = async (): Promise<void> => {
      const now = await mark();
      expect(seen.has(now)).toBe(false);
      seen.add(now);
      expect(await mark()).toBe(now);
    };
    await expectFresh();
    const head = await people.push({ branch: BRANCH, files: { "more.txt": "more\n" } });
    await expectFresh();
    await people.report({ commit: head, name: "lint", state: "pending", kind: "check" });
    await expectFresh();
    await people.report({ commit: head, name: "lint", state: "failing", kind: "check" });
    await expectFresh();
    await people.report({ commit: head, name: "deploy", state: "passing", kind: "status" });
    await expectFresh();
    await people.review({ number, decision: "approve", body: "Good." });
    await expectFresh();
    await people.push({ branch: MAIN, files: { "fix.txt": "another\n" } });
    await expectFresh();
    await forge.editPullRequest({ number, state: "closed" });
    await expectFresh();
    expect(await forge.pullMarks([])).toEqual(new Map());
  });

  test("one that was closed is not opened again at the same commit, and is at another", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { number } = await openedPull(bench);
    await forge.editPullRequest({ number, title: "Fix it well", body: "Better." });
    expect(await pullAt(forge, number)).toMatchObject({ title: "Fix it well", body: "Better." });
    await forge.editPullRequest({ number, state: "closed" });
    expect(await forge.openPullRequest(REQUEST)).toMatchObject({ number, state: "closed" });
    await people.push({ branch: BRANCH, files: { "more.txt": "more\n" } });
    const next = await forge.openPullRequest({ ...REQUEST, draft: true });
    expect(next).toMatchObject({ state: "open", draft: true });
    await forge.markReady(next.number);
    await forge.markReady(next.number);
    expect(await pullAt(forge, next.number)).toMatchObject({ state: "open", draft: false });
    expect(next.number).not.toBe(number);
    expect((await forge.pullRequest(BRANCH))?.number).toBe(next.number);
  });

  test("a branch that is not there, or has nothing new, is refused", async () => {
    const { forge } = await make();
    await expect(forge.openPullRequest(REQUEST)).rejects.toSatisfy((error) => isOrchError(error, "forge_refused"));
    await expect(forge.openPullRequest({ ...REQUEST, branch: MAIN })).rejects.toSatisfy((error) =>
      isOrchError(error, "forge_refused"),
    );
  });
}

function describeChecks(make: MakeForge): void {
  test("no check is not green; a failing one outweighs a pending one, whatever its kind", async () => {
    const { forge, people } = await make();
    const commit = await people.push({ branch: BRANCH, files: { "fix.txt": "one\n" } });
    expect(await forge.checks(commit)).toEqual({ state: "none", checks: [] });
    await people.report({ commit, name: "lint", state: "passing", kind: "check" });
    await people.report({ commit, name: "deploy", state: "passing", kind: "status" });
    expect((await forge.checks(commit)).state).toBe("passing");
    await people.report({ commit, name: "lint", state: "pending", kind: "check" });
    expect((await forge.checks(commit)).state).toBe("pending");
    await people.report({ commit, name: "deploy", state: "failing", kind: "status" });
    const checks = await forge.checks(commit);
    expect(checks.state).toBe("failing");
    expect(checks.checks.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual([
      "deploy failing",
      "lint pending",
    ]);
    await people.report({ commit, name: "deploy", state: "passing", kind: "status" });
    await people.report({ commit, name: "lint", state: "passing", kind: "check" });
    expect((await forge.checks(commit)).state).toBe("passing");
  });

  test("a failed job has a log, of which the end is given, and runs again", async () => {
    const { forge, people } = await make();
    const commit = await people.push({ branch: BRANCH, files: { "fix.txt": "one\n" } });
    const log = `${"noise\n".repeat(5000)}Error: it broke\n`;
    await people.finishJob({ commit, name: "lint", conclusion: "success", log: "fine" });
    const job = await people.finishJob({ commit, name: "test", conclusion: "failure", log });
    const failed = (await forge.checks(commit)).checks.find(({ name }) => name === "test");
    expect(failed).toMatchObject({ state: "failing", job });
    const tail = await forge.jobLog({ job, maxBytes: 100 });
    expect(tail).toHaveLength(100);
    expect(tail.endsWith("Error: it broke\n")).toBe(true);
    expect(await forge.jobLog({ job: 987_654, maxBytes: 100 })).toBe("");
    expect(await forge.runsGoingOn(commit)).toBe(0);
    expect(await forge.rerunFailed(commit)).toBe(1);
    expect((await forge.checks(commit)).state).toBe("pending");
    expect(await forge.runsGoingOn(commit)).toBe(1);
    expect(await forge.rerunFailed(commit)).toBe(0);
  });

  test("a job that failed runs again when the other jobs of its run have ended, and not before", async () => {
    const { forge, people } = await make();
    const commit = await people.push({ branch: BRANCH, files: { "fix.txt": "one\n" } });
    await people.beginJob({ commit, name: "slow" });
    await people.finishJob({ commit, name: "test", conclusion: "failure", log: "" });
    expect((await forge.checks(commit)).state).toBe("failing");
    expect(await forge.runsGoingOn(commit)).toBe(1);
    expect(await forge.rerunFailed(commit)).toBe(0);
    await people.finishJob({ commit, name: "slow", conclusion: "success", log: "" });
    expect(await forge.runsGoingOn(commit)).toBe(0);
    expect(await forge.rerunFailed(commit)).toBe(1);
  });
}

function describeReviews(make: MakeForge): void {
  test("reviews come with the comments that belong to them", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { number, head } = await openedPull(bench);
    expect(await forge.reviews(number)).toEqual([]);
    const first = await people.review({
      number,
      decision: "request_changes",
      body: "Not yet.",
      comments: [{ path: "fix.txt", line: 2, body: "Why two?" }],
    });
    await people.review({ number, decision: "approve", body: "Now." });
    expect(await forge.reviews(number)).toMatchObject([
      {
        id: first,
        author: { login: PEOPLE.reviewer },
        state: "changes_requested",
        commit: head,
        body: "Not yet.",
        comments: [{ path: "fix.txt", line: 2, body: "Why two?", hunk: expect.stringContaining("two") as string }],
      },
      { state: "approved", comments: [] },
    ]);
  });

  test("a review is submitted once; what lies outside the change goes into its text", async () => {
    const bench = await make();
    const { forge } = bench;
    const { number, head } = await openedPull(bench);
    const marker = "orch:review 1";
    const comments = [
      { path: "fix.txt", line: 1, body: "Inside." },
      { path: "fix.txt", line: 4000, body: "Beyond the end." },
      { path: "elsewhere.txt", line: 1, body: "Another file." },
    ];
    const review = { number, commit: head, decision: "comment", body: "Seen.", marker, comments } as const;
    await twice(bench, () => forge.submitReview(review));
    await forge.submitReview(review);
    const [only, ...others] = await forge.reviews(number);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ state: "commented", comments: [{ path: "fix.txt", line: 1, body: "Inside." }] });
    expect(only?.body).toContain(`<!-- ${marker} -->`);
    expect(only?.body).toContain("`fix.txt:4000`: Beyond the end.");
    expect(only?.body).toContain("`elsewhere.txt:1`: Another file.");
  });

  test("nobody decides about their own pull request: it is a comment", async () => {
    const bench = await make();
    const { number, head } = await openedPull(bench);
    const review = { number, commit: head, decision: "approve", body: "Good.", marker: "orch:review 2" } as const;
    await bench.forge.submitReview({ ...review, comments: [] });
    expect(await bench.forge.reviews(number)).toMatchObject([{ state: "commented" }]);
  });
}
