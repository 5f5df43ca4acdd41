import {
  isOrchError,
  parseBranchName,
  parseTaskId,
  taskStatuses,
  unwrap,
  type Backend,
  type CheckState,
  type CommitSha,
  type ExternalTask,
  type Json,
  type ProjectId,
  type PullRequest,
  type TaskId,
  type BranchName,
} from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A forge with one project, and what people and their machines do there. */
export interface BackendBench {
  readonly backend: Backend;
  readonly project: ProjectId;
  readonly main: BranchName;
  /** A person opens an issue. */
  open(issue: { readonly title: string; readonly body?: string; readonly labels?: readonly string[] }): Promise<TaskId>;
  /** The comments of an issue as they are stored, oldest first. */
  comments(id: TaskId): Promise<readonly string[]>;
  /** Pushes a new commit to a branch. */
  push(branch: BranchName): Promise<CommitSha>;
  /** A check reports on a commit. */
  report(
    commit: CommitSha,
    check: { readonly name: string; readonly state: Exclude<CheckState, "none"> },
  ): Promise<void>;
}

type Make = () => Promise<BackendBench>;

const branch = unwrap(parseBranchName("task-1-fix"));

/** The contract of `Backend`. `make` is called once per case and cleans up by itself. */
export function describeBackend(name: string, { make }: { readonly make: Make }): void {
  describe(`Backend contract: ${name}`, () => {
    describeTasks(make);
    describeWriting(make);
    describePullRequests(make);
    describeChecks(make);
  });
}

async function changesSince({ backend, project }: BackendBench, cursor?: Json) {
  return backend.changes({ project, ...(cursor === undefined ? {} : { cursor }) });
}

async function taskOf({ backend, project }: BackendBench, id: TaskId): Promise<ExternalTask> {
  const task = await backend.task({ project, id });
  expect(task).toBeDefined();
  return task as ExternalTask;
}

function requestIn({ project, main }: BackendBench) {
  return { project, branch, base: main, title: "Fix it", body: "As asked.", draft: false };
}

function describeTasks(make: Make): void {
  test("tells every task once, over all pages, oldest change first, then only what changed", async () => {
    const bench = await make();
    const ids: TaskId[] = [];
    for (let number = 0; number < 35; number += 1) ids.push(await bench.open({ title: `issue ${number}` }));
    const first = await changesSince(bench);
    expect(first.tasks.map((task) => task.id)).toEqual(ids);
    expect((await changesSince(bench, first.cursor)).tasks).toEqual([]);
    const late = await bench.open({ title: "later" });
    const next = await changesSince(bench, first.cursor);
    expect(next.tasks).toMatchObject([{ id: late, title: "later", state: "open", project: bench.project }]);
  });

  test("a cursor that was written down is as good as the one that was given", async () => {
    const bench = await make();
    await bench.open({ title: "one" });
    const { cursor } = await changesSince(bench);
    await bench.open({ title: "two" });
    const { tasks } = await changesSince(bench, structuredClone(cursor));
    expect(tasks.map((task) => task.title)).toEqual(["two"]);
  });

  test("a pull request is never a task", async () => {
    const bench = await make();
    await bench.push(branch);
    const { number } = await bench.backend.openPullRequest(requestIn(bench));
    expect((await changesSince(bench)).tasks).toEqual([]);
    const id = unwrap(parseTaskId(String(number)));
    expect(await bench.backend.task({ project: bench.project, id })).toBeUndefined();
  });

  test("a task has the title, text and labels that people gave it; one that is not there is undefined", async () => {
    const bench = await make();
    const issue = { title: "Crash – on start", body: "line one\nline two ✓", labels: ["bug", "agent:codex"] };
    const task = await taskOf(bench, await bench.open(issue));
    expect(task).toMatchObject({ title: issue.title, body: issue.body });
    expect(task.labels.toSorted()).toEqual(issue.labels.toSorted());
    expect(await bench.backend.task({ project: bench.project, id: unwrap(parseTaskId("999999")) })).toBeUndefined();
  });
}

function describeWriting(make: Make): void {
  test("exactly one status label remains, and every other label stays", async () => {
    const bench = await make();
    const id = await bench.open({ title: "one", labels: ["bug"] });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...taskStatuses), { minLength: 1, maxLength: 5 }), async (statuses) => {
        for (const status of statuses) await bench.backend.showStatus({ project: bench.project, id, status });
        const { labels } = await taskOf(bench, id);
        expect(labels.filter((label) => label.startsWith("status:"))).toEqual([`status:${statuses.at(-1)}`]);
        expect(labels).toContain("bug");
      }),
      { numRuns: 10 },
    );
  });

  test("a comment with the same marker is changed, another is added", async () => {
    const bench = await make();
    const id = await bench.open({ title: "one" });
    const put = (marker: string, body: string) =>
      bench.backend.putComment({ project: bench.project, id, marker, body });
    await put("a", "began");
    await put("b", "something else");
    await put("a", "finished");
    await put("a", "finished");
    const comments = await bench.comments(id);
    expect(comments).toHaveLength(2);
    expect(comments[0]).toContain("finished");
    expect(comments[1]).toContain("something else");
  });

  test("what can't be written is a typed error", async () => {
    const bench = await make();
    const nowhere = { project: bench.project, id: unwrap(parseTaskId("999999")) };
    for (const write of [
      () => bench.backend.showStatus({ ...nowhere, status: "done" }),
      () => bench.backend.putComment({ ...nowhere, marker: "a", body: "hello" }),
    ]) {
      const failure: unknown = await write().catch((error: unknown) => error);
      expect(isOrchError(failure)).toBe(true);
    }
  });
}

function describePullRequests(make: Make): void {
  async function opened(bench: BackendBench): Promise<PullRequest> {
    await bench.push(branch);
    return bench.backend.openPullRequest(requestIn(bench));
  }

  test("a branch has at most one open pull request, found by its branch", async () => {
    const bench = await make();
    const query = { project: bench.project, branch };
    expect(await bench.backend.pullRequest(query)).toBeUndefined();
    const first = await opened(bench);
    expect(await bench.backend.openPullRequest({ ...requestIn(bench), title: "Again" })).toEqual(first);
    expect(await bench.backend.pullRequest(query)).toEqual(first);
    expect(first).toMatchObject({ branch, state: "open" });
  });

  test("its head follows the branch", async () => {
    const bench = await make();
    const { head } = await opened(bench);
    const next = await bench.push(branch);
    expect(next).not.toBe(head);
    expect(await bench.backend.pullRequest({ project: bench.project, branch })).toMatchObject({ head: next });
  });

  test("merges the head that is expected, once, and answers the same when it is asked again", async () => {
    const bench = await make();
    const { number, head } = await opened(bench);
    const merge = { project: bench.project, number, expected: head };
    const merged = await bench.backend.merge(merge);
    expect(merged.kind).toBe("merged");
    expect(await bench.backend.merge(merge)).toEqual(merged);
    expect(await bench.backend.pullRequest({ project: bench.project, branch })).toMatchObject({ state: "merged" });
  });

  test("refuses to merge a head that has moved, and leaves the pull request open", async () => {
    const bench = await make();
    const { number, head } = await opened(bench);
    await bench.push(branch);
    expect(await bench.backend.merge({ project: bench.project, number, expected: head })).toMatchObject({
      kind: "refused",
    });
    expect(await bench.backend.pullRequest({ project: bench.project, branch })).toMatchObject({ state: "open" });
  });
}

function describeChecks(make: Make): void {
  test.each<[CheckState, readonly Exclude<CheckState, "none">[]]>([
    ["none", []],
    ["pending", ["pending"]],
    ["passing", ["passing", "passing"]],
    ["pending", ["passing", "pending"]],
    ["failing", ["passing", "failing"]],
    ["failing", ["pending", "failing"]],
  ])("is %s when the checks are %j", async (expected, states) => {
    const bench = await make();
    const commit = await bench.push(branch);
    for (const [index, state] of states.entries()) await bench.report(commit, { name: `check ${index}`, state });
    expect(await bench.backend.checks({ project: bench.project, commit })).toBe(expected);
  });

  test("a check that reports again counts with its last word, and only for its commit", async () => {
    const bench = await make();
    const commit = await bench.push(branch);
    await bench.report(commit, { name: "test", state: "failing" });
    await bench.report(commit, { name: "test", state: "passing" });
    expect(await bench.backend.checks({ project: bench.project, commit })).toBe("passing");
    const next = await bench.push(branch);
    expect(await bench.backend.checks({ project: bench.project, commit: next })).toBe("none");
  });
}
