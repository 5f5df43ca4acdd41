import { parseCommitSha, unwrap, type CommitSha, type ForgeMerge, type MergeMethod } from "@orch/core";
import { expect, test } from "vitest";

import { MAIN } from "../../forge/forge-people.ts";
import { BRANCH, openedPull, pullAt, twice, type ForgeBench, type MakeForge } from "./forge-bench.ts";

const OTHER = unwrap(parseCommitSha("b".repeat(40)));

/** Merges, their refusals, and branches afterwards. */
export function describeForgeMerges(make: MakeForge): void {
  test("merges the expected commit once, and says the same when asked again", async () => {
    const bench = await make();
    const { number, head } = await openedPull(bench);
    const merged = await twice(bench, () => merge(bench, { number, expected: head }));
    expect(merged).toEqual({ kind: "merged", commit: await bench.people.tip(MAIN) });
    expect(await merge(bench, { number, expected: head })).toEqual(merged);
    const { commit } = merged as Extract<ForgeMerge, { kind: "merged" }>;
    expect(await pullAt(bench.forge, number)).toMatchObject({ state: "merged", mergeCommit: commit });
  });

  test("another head than the expected one is refused", async () => {
    const bench = await make();
    const { number, head } = await openedPull(bench);
    await bench.people.push({ branch: BRANCH, files: { "late.txt": "late\n" } });
    const before = await bench.people.tip(MAIN);
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "head" });
    expect(await bench.people.tip(MAIN)).toBe(before);
  });

  test("a conflict, a closed one and one that the rules block are told apart", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { number, head } = await openedPull(bench);
    await people.protect({ checks: ["test"] });
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "blocked" });
    await people.protect({ checks: [] });
    await people.push({ branch: MAIN, files: { "fix.txt": "something else\n" } });
    expect(await pullAt(forge, number)).toMatchObject({ mergeable: "conflict" });
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "conflict" });
    await people.closePull(number);
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "closed" });
  });

  test("what a branch asks for is told, and stands in the way of a merge until it is there", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { number, head } = await openedPull(bench);
    expect(await forge.rules(MAIN)).toEqual({ checks: [], approvals: 0, methods: ["squash", "merge", "rebase"] });
    await people.protect({ checks: ["test"] });
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "blocked" });
    expect(await forge.rules(MAIN), "a refused merge has them read anew").toMatchObject({ checks: [{ name: "test" }] });
    await people.protect({ checks: [] });
    await people.rule({ checks: ["lint"], approvals: 1, methods: ["rebase"] });
    const rules = { checks: [{ name: "lint" }], approvals: 1, methods: ["rebase"] };
    expect(await forge.rules(MAIN, { fresh: true })).toEqual(rules);
    expect(await pullAt(forge, number)).toMatchObject({ blocked: true });
    await people.report({ commit: head, name: "lint", state: "passing", kind: "check" });
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "blocked" });
    await people.review({ number, decision: "approve", body: "Good." });
    expect(await pullAt(forge, number)).toMatchObject({ blocked: false });
    expect(await merge(bench, { number, expected: head }), "a squash").toMatchObject({
      kind: "refused",
      why: "blocked",
    });
    expect(await merge(bench, { number, expected: head, method: "rebase" })).toMatchObject({ kind: "merged" });
  });

  test("one that its base has left behind is refused where the rules want it on top, until it is", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { number, head } = await openedPull(bench);
    await people.push({ branch: MAIN, files: { "late.txt": "late\n" } });
    await people.protect({ checks: [], strict: true });
    expect(await pullAt(forge, number)).toMatchObject({ mergeable: "yes", behind: true });
    expect(await merge(bench, { number, expected: head })).toMatchObject({ kind: "refused", why: "behind" });
    await people.protect({ checks: [] });
    expect(await pullAt(forge, number)).toMatchObject({ behind: false });
  });

  test("a branch is removed only while it is where it was expected", async () => {
    const bench = await make();
    const { forge, people } = bench;
    const { head } = await openedPull(bench);
    expect(await forge.deleteBranch({ branch: BRANCH, expected: OTHER })).toBe(false);
    expect(await people.tip(BRANCH)).toBe(head);
    expect(await twice(bench, () => forge.deleteBranch({ branch: BRANCH, expected: head }))).toBe(true);
    expect(await people.tip(BRANCH)).toBeUndefined();
    expect(await forge.deleteBranch({ branch: BRANCH, expected: OTHER })).toBe(true);
  });

  test("the account is who the token belongs to, and lacks nothing", async () => {
    const { forge } = await make();
    const { user, role, source, missing } = await forge.account();
    expect(user).toEqual(await forge.self());
    expect(["admin", "maintain", "write"]).toContain(role);
    expect(source).not.toBe("");
    expect(missing).toEqual([]);
  });

  test("what git needs names the repository and holds no secret in its address", async () => {
    const { forge } = await make();
    const { url, authorization } = await forge.remote();
    expect(new URL(url)).toMatchObject({ username: "", password: "" });
    expect(authorization).toMatch(/^Basic /);
    const { used, sent, turnedAway } = forge.budget();
    expect(used).toBeGreaterThanOrEqual(0);
    expect(Object.keys(sent)).toEqual(["dispatch", "status", "housekeeping"]);
    expect(turnedAway).toBe(0);
  });
}

function merge(
  { forge }: ForgeBench,
  { method = "squash", ...request }: { number: number; expected: CommitSha; method?: MergeMethod },
): Promise<ForgeMerge> {
  return forge.merge({ ...request, method, title: "Fix it", message: "As asked." });
}
