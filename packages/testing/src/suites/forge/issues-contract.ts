import {
  isOrchError,
  parseBranchName,
  parseTaskId,
  unwrap,
  type Forge,
  type ForgeChanges,
  type Json,
  type TaskId,
} from "@orch/core";
import { expect, test } from "vitest";

import { MAIN, PEOPLE } from "../../forge/forge-people.ts";
import { BRANCH, openedPull, twice, type MakeForge } from "./forge-bench.ts";

const ABSENT = unwrap(parseTaskId("99999"));
const MARKER = "orch:status 1";
const HIDDEN = `<!-- ${MARKER} -->`;

/** Issues, comments, labels and what changed. */
export function describeForgeIssues(make: MakeForge): void {
  describeChanges(make);
  describeReading(make);
  describeWriting(make);
  describeComments(make);
  describeBranches(make);
}

function titles({ issues }: ForgeChanges): readonly string[] {
  return issues.map(({ title }) => title);
}

/** All that is told from a cursor on, page by page. */
async function allChanges(forge: Forge, cursor?: Json): Promise<ForgeChanges> {
  const page = await forge.changes(cursor === undefined ? {} : { cursor });
  if (page.more !== true) return page;
  const rest = await allChanges(forge, page.cursor);
  const [issues, comments] = [
    [...page.issues, ...rest.issues],
    [...page.comments, ...rest.comments],
  ];
  return { ...rest, issues, comments, pulls: [...page.pulls, ...rest.pulls] };
}

function describeChanges(make: MakeForge): void {
  test("first all open issues over all pages, then only what changed, each once", async () => {
    const { forge, people } = await make();
    const ids: TaskId[] = [];
    for (let number = 1; number <= 103; number += 1) ids.push(await people.openIssue({ title: `issue ${number}` }));
    await people.editIssue({ id: ids[1] as TaskId, state: "closed" });
    await people.comment({ thread: 1, body: "before anybody asked" });
    const first = await allChanges(forge);
    expect(first.issues).toHaveLength(102);
    expect(new Set(first.issues.map(({ id }) => id))).toEqual(new Set(ids.filter((id) => id !== ids[1])));
    expect(first).toMatchObject({ comments: [], pulls: [] });
    const nothing = await forge.changes({ cursor: first.cursor });
    expect(nothing).toMatchObject({ issues: [], comments: [], pulls: [] });
    await people.editIssue({ id: ids[1] as TaskId, state: "open" });
    await people.openIssue({ title: "later" });
    const next = await forge.changes({ cursor: nothing.cursor });
    expect(titles(next)).toEqual(["issue 2", "later"]);
    expect(titles(await forge.changes({ cursor: next.cursor }))).toEqual([]);
  });

  test("a cursor that was written down, or is older, is as good", async () => {
    const { forge, people } = await make();
    const { cursor } = await forge.changes({});
    const id = await people.openIssue({ title: "one" });
    await forge.changes({ cursor });
    const again = await forge.changes({ cursor: structuredClone(cursor) });
    expect(titles(again)).toEqual(["one"]);
    await people.editIssue({ id, title: "once more" });
    expect(titles(await forge.changes({ cursor: again.cursor }))).toEqual(["once more"]);
    await people.editIssue({ id, labels: ["bug"] });
    await people.editIssue({ id, state: "closed" });
    const late = await forge.changes({ cursor });
    expect(late.issues).toMatchObject([{ id, title: "once more", labels: ["bug"], state: "closed" }]);
  });

  test("comments that are new or edited are told, those of pull requests too, each once", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const id = Number(await people.openIssue({ title: "one" }));
    const pull = await openedPull(bench);
    const { cursor } = await forge.changes({});
    const comment = await people.comment({ thread: id, body: "hello", as: PEOPLE.stranger });
    await people.comment({ thread: pull.number, body: "nice" });
    const first = await forge.changes({ cursor });
    expect(first.comments).toMatchObject([
      { id: comment, thread: id, body: "hello", author: { login: PEOPLE.stranger, isBot: false } },
      { thread: pull.number, body: "nice", author: { login: PEOPLE.owner } },
    ]);
    expect(first.pulls).toEqual([pull.number]);
    await people.editComment({ comment, body: "hello there", as: PEOPLE.stranger });
    const second = await forge.changes({ cursor: first.cursor });
    expect(second.comments.map(({ body }) => body)).toEqual(["hello there"]);
    expect((await forge.changes({ cursor: second.cursor })).comments).toEqual([]);
  });

  test("a pull request is never an issue, but its changes are told", async () => {
    const bench = await make();
    const { cursor } = await bench.forge.changes({});
    const { number } = await openedPull(bench);
    const changes = await bench.forge.changes({ cursor });
    expect(changes).toMatchObject({ issues: [], pulls: [number] });
    expect(await bench.forge.issue(unwrap(parseTaskId(String(number))))).toBeUndefined();
    expect((await bench.forge.changes({})).issues).toEqual([]);
  });

  test("a limit is an error of its own, and says until when where that is known", async () => {
    const bench = await make();
    bench.refuse();
    await expect(bench.forge.changes({})).rejects.toSatisfy(
      (error) => isOrchError(error, "forge_limited") && typeof error.details["retryAt"] === "number",
    );
  });
}

function describeReading(make: MakeForge): void {
  test("an issue has what people gave it; one that is not there is undefined", async () => {
    const { forge, people } = await make();
    const given = { title: "Crash – on start", body: "line one\nline two ✓", labels: ["agent:codex", "bug"] };
    const id = await people.openIssue({ ...given, as: PEOPLE.owner });
    const issue = await forge.issue(id);
    expect(issue).toMatchObject({ ...given, id, state: "open", author: { login: PEOPLE.owner, isBot: false } });
    expect(issue?.url).toContain(`/issues/${id}`);
    expect(issue?.updatedAt).toBeGreaterThanOrEqual(issue?.createdAt ?? Number.NaN);
    expect(await forge.issue(ABSENT)).toBeUndefined();
    await expect(forge.comments(Number(ABSENT))).rejects.toSatisfy((error) => isOrchError(error, "forge_missing"));
  });

  test("knows who it is, and what others may at this moment", async () => {
    const { forge, people } = await make();
    const self = await forge.self();
    expect(Object.values(PEOPLE)).not.toContain(self.login);
    expect(self.id).toBeGreaterThan(0);
    expect(await forge.roleOf(PEOPLE.owner)).toBe("admin");
    expect(await forge.roleOf(PEOPLE.reviewer)).toBe("write");
    await people.giveRole({ login: PEOPLE.reviewer, role: "triage" });
    expect(await forge.roleOf(PEOPLE.reviewer)).toBe("triage");
    expect(["none", "read"]).toContain(await forge.roleOf(PEOPLE.stranger));
    expect(["none", "read"]).toContain(await forge.roleOf("nobody-of-that-name"));
  });

  test("tells who closed an issue and who opened it again", async () => {
    const { forge, people } = await make();
    const id = await people.openIssue({ title: "one", as: PEOPLE.stranger });
    expect((await forge.history(id))?.states).toEqual([]);
    await people.editIssue({ id, state: "closed", as: PEOPLE.reviewer });
    await people.editIssue({ id, state: "open", as: PEOPLE.stranger });
    await forge.closeIssue({ id, as: "completed" });
    const told = await forge.history(id);
    expect(told?.states.map(({ state, by }) => [state, by.login])).toEqual([
      ["closed", PEOPLE.reviewer],
      ["open", PEOPLE.stranger],
      ["closed", (await forge.self()).login],
    ]);
    expect(told?.labelled).toEqual([]);
  });

  test("tells who labelled an issue, and who edited its words or its comments", async () => {
    const { forge, people } = await make();
    await people.giveRole({ login: PEOPLE.reviewer, role: "triage" });
    const id = await people.openIssue({ title: "one", body: "first", as: PEOPLE.stranger });
    const comment = await people.comment({ thread: Number(id), body: "hm", as: PEOPLE.stranger });
    expect(await forge.history(id)).toMatchObject({ title: "one", body: "first", labelled: [], edits: [] });
    await people.editIssue({ id, labels: ["orch:approved"], as: PEOPLE.reviewer });
    await forge.ensureLabels([{ name: "bug", color: "d73a4a", description: "" }]);
    await forge.setLabels({ id, add: ["bug"], remove: [] });
    await people.editIssue({ id, body: "second", as: PEOPLE.stranger });
    await people.editIssue({ id, title: "two", as: PEOPLE.owner });
    await people.editComment({ comment, body: "hm hm", as: PEOPLE.stranger });
    const told = await forge.history(id);
    expect(told).toMatchObject({ title: "two", body: "second" });
    expect([...(told?.comments ?? [])]).toEqual([[comment, "hm hm"]]);
    const self = await forge.self();
    expect(told?.labelled.map(({ label, by }) => [label, by.login, by.isBot])).toEqual([
      ["orch:approved", PEOPLE.reviewer, false],
      ["bug", self.login, self.isBot],
    ]);
    const issue = await forge.issue(id);
    const later = (told?.edits ?? []).filter(({ by }) => by.login !== PEOPLE.owner);
    expect(later.length, "how it was written may be told as well").toBeGreaterThanOrEqual(2);
    expect(new Set(later.map(({ by }) => [by.login, by.id].join()))).toEqual(
      new Set([[PEOPLE.stranger, issue?.author.id].join()]),
    );
    expect(told?.edits?.filter(({ by }) => by.login === PEOPLE.owner)).toHaveLength(1);
    expect(new Set(later.map((edit) => edit.comment))).toEqual(new Set([undefined, comment]));
    expect(told?.edits?.every(({ at }) => at >= (issue?.createdAt ?? Number.NaN))).toBe(true);
    expect(await forge.history(ABSENT)).toBeUndefined();
  });

  test("children and blockers are those that the forge knows", async () => {
    const { forge, people } = await make();
    const [parent, child, blocker] = [
      await people.openIssue({ title: "parent" }),
      await people.openIssue({ title: "child" }),
      await people.openIssue({ title: "blocker" }),
    ];
    expect(await forge.relations(parent)).toEqual({ children: [], blockedBy: [] });
    await people.addChild({ parent, child });
    await people.addBlocker({ id: parent, by: blocker });
    expect(await forge.relations(parent)).toEqual({ children: [child], blockedBy: [blocker] });
  });
}

function describeWriting(make: MakeForge): void {
  test("opens an issue once, with labels and a parent", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const parent = await people.openIssue({ title: "parent" });
    await people.openIssue({ title: "of a stranger", body: `copied ${HIDDEN}`, as: PEOPLE.stranger });
    const asked = { title: "part", body: "Do a part.", labels: ["bug"], marker: MARKER, parent };
    const issue = await twice(bench, () => forge.openIssue(asked));
    expect(issue).toMatchObject({ title: "part", labels: ["bug"], author: { login: (await forge.self()).login } });
    expect(issue.body).toBe(`${HIDDEN}\nDo a part.`);
    expect((await forge.openIssue(asked)).id).toBe(issue.id);
    expect((await forge.relations(parent)).children).toEqual([issue.id]);
    expect((await forge.changes({})).issues).toHaveLength(3);
  });

  test("labels are put on and taken off, and the others stay", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const id = await people.openIssue({ title: "one", labels: ["bug", "status:new"] });
    await forge.ensureLabels([{ name: "status:done", color: "6f42c1", description: "Task status: done" }]);
    await forge.ensureLabels([{ name: "Status:Done", color: "000000", description: "again" }]);
    const change = { id, add: ["status:done"], remove: ["status:new", "never there"] };
    await twice(bench, () => forge.setLabels(change));
    await forge.setLabels(change);
    expect((await forge.issue(id))?.labels.toSorted()).toEqual(["bug", "status:done"]);
  });

  test("closes an issue as done or as not planned", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const id = await people.openIssue({ title: "one" });
    await twice(bench, () => forge.closeIssue({ id, as: "completed" }));
    expect(await forge.issue(id)).toMatchObject({ state: "closed", closedAs: "completed" });
    await forge.closeIssue({ id, as: "not_planned" });
    expect(await forge.issue(id)).toMatchObject({ state: "closed", closedAs: "not_planned" });
    expect(titles(await forge.changes({}))).toEqual([]);
    await expect(forge.closeIssue({ id: ABSENT, as: "completed" })).rejects.toSatisfy((error) =>
      isOrchError(error, "forge_missing"),
    );
  });

  test("opens an issue again", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const id = await people.openIssue({ title: "one" });
    await forge.closeIssue({ id, as: "not_planned" });
    await twice(bench, () => forge.reopenIssue(id));
    const issue = await forge.issue(id);
    expect(issue).toMatchObject({ state: "open" });
    expect(issue?.closedAs).toBeUndefined();
    expect(titles(await forge.changes({}))).toEqual(["one"]);
    await expect(forge.reopenIssue(ABSENT)).rejects.toSatisfy((error) => isOrchError(error, "forge_missing"));
  });
}

function describeComments(make: MakeForge): void {
  test("a comment with a marker is written once and changed where it stands", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const thread = Number(await people.openIssue({ title: "one" }));
    await people.comment({ thread, body: `forged ${HIDDEN}`, as: PEOPLE.stranger });
    const put = (body: string) => forge.putComment({ thread, marker: MARKER, body });
    const id = await twice(bench, () => put("running"));
    await people.comment({ thread, body: "in between" });
    expect(await put("done")).toBe(id);
    expect(await put("done")).toBe(id);
    const other = await forge.putComment({ thread, marker: "orch:other", body: "another" });
    expect(other).not.toBe(id);
    const bodies = (await forge.comments(thread)).map(({ body }) => body);
    expect(bodies).toHaveLength(4);
    expect(bodies[0]).toBe(`forged ${HIDDEN}`);
    expect(bodies[1]).toBe(`${HIDDEN}\ndone`);
    expect(bodies[2]).toBe("in between");
  });

  test("many comments are listed over all pages, oldest first", async () => {
    const { forge, people } = await make();
    const thread = Number(await people.openIssue({ title: "one" }));
    for (let number = 0; number < 101; number += 1) await people.comment({ thread, body: `comment ${number}` });
    const bodies = (await forge.comments(thread)).map(({ body }) => body);
    expect(bodies).toEqual(Array.from({ length: 101 }, (_, number) => `comment ${number}`));
  });

  test("a reaction is there once, however often it is asked for", async () => {
    const bench = await make();
    const thread = Number(await bench.people.openIssue({ title: "one" }));
    const comment = await bench.people.comment({ thread, body: "/retry" });
    await bench.forge.react({ comment, content: "eyes" });
    await bench.forge.react({ comment, content: "eyes" });
    await expect(bench.forge.react({ comment: 999_999, content: "eyes" })).rejects.toSatisfy((error) =>
      isOrchError(error, "forge_missing"),
    );
  });
}

function describeBranches(make: MakeForge): void {
  test("a branch is made as that of its issue, once, and what is there already is left as it is", async () => {
    const { forge, people } = await make();
    const issue = await people.openIssue({ title: "Fix it" });
    const commit = (await forge.branches(MAIN)).get(MAIN);
    if (commit === undefined) expect.fail("there is no main branch");
    const request = { issue, branch: BRANCH, commit };
    expect(await forge.linkBranch(request)).toBe(true);
    expect(await forge.branches(BRANCH)).toEqual(new Map([[BRANCH, commit]]));
    const head = await people.push({ branch: BRANCH, files: { "fix.txt": "one\n" } });
    expect(await forge.linkBranch(request), "again").toBe(true);
    const other = unwrap(parseBranchName("gh-task-2-fix"));
    const pushed = await people.push({ branch: other, files: { "fix.txt": "two\n" } });
    expect(await forge.linkBranch({ issue, branch: other, commit }), "pushed before").toBe(false);
    expect(await forge.branches("gh-task-")).toEqual(
      new Map([
        [BRANCH, head],
        [other, pushed],
      ]),
    );
    const free = unwrap(parseBranchName("gh-task-3-fix"));
    await expect(forge.linkBranch({ issue: ABSENT, branch: free, commit })).rejects.toSatisfy((error) =>
      isOrchError(error, "forge_missing"),
    );
    expect(await forge.branches(free)).toEqual(new Map());
  });
}
