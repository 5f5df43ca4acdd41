import type { ForgeChanges, Json, Task } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { forgeOn, ORCH, peopleOf } from "./bench.ts";
import { openLoop } from "./engine-loop.ts";

const OWNER = "maker";
const REPOSITORY = `${OWNER}/sample`;
const MINUTE_MS = 60_000;
const startedAt = Math.floor(Date.now() / 1000) * 1000;

/** A repository with so many open issues, of which nobody asked for any but the first. */
async function crowded(count: number, { eachMs = 1000 }: { readonly eachMs?: number } = {}) {
  const clock = createFakeClock(startedAt);
  const standIn = await startGitHub({
    user: OWNER,
    people: { [ORCH]: "write" },
    repositories: [{ name: REPOSITORY }],
    clock: () => clock.now(),
  });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const people = peopleOf(standIn, REPOSITORY);
  await people.openIssue({ title: "wanted", labels: ["orchestrate"] });
  for (let number = 1; number < count; number += 1) {
    await clock.advance(eachMs);
    await people.openIssue({ title: `old ${number}` });
  }
  return { clock, standIn, people, forge: forgeOn(standIn, REPOSITORY, { clock }) };
}

/** Reads to the end, each page with nothing but what was kept of the one before. */
async function readAll(look: (cursor: Json | undefined) => Promise<ForgeChanges>, from?: Json) {
  const pages: ForgeChanges[] = [];
  for (let cursor = from; pages.at(-1)?.more !== false;) {
    const page = await look(cursor);
    cursor = structuredClone(page.cursor);
    pages.push({ ...page, more: page.more === true });
  }
  const numbers = pages.flatMap(({ issues }) => issues.map(({ id }) => Number(id)));
  return { pages, numbers, cursor: pages.at(-1)?.cursor ?? null };
}

test.each([
  { what: "a second apart", eachMs: 1000 },
  { what: "all of one second", eachMs: 0 },
])("250 open issues, $what, come in pages, each once, and what changes meanwhile is told", async ({ eachMs }) => {
  const { clock, people, forge } = await crowded(250, { eachMs });
  await clock.advance(MINUTE_MS);
  let pages = 0;
  const first = await readAll(async (cursor) => {
    const page = await forge.changes(cursor === undefined ? {} : { cursor });
    pages += 1;
    // Behind the reader's back: one that was read already, and one that was not.
    if (pages === 1) await people.editIssue({ id: page.issues[0]?.id ?? expect.unreachable(), title: "edited" });
    if (pages === 1) await people.openIssue({ title: "new" });
    return page;
  });
  expect(first.pages.length).toBeGreaterThan(2);
  const later = await readAll((cursor) => forge.changes({ cursor: cursor ?? null }), first.cursor);
  const all = [...first.numbers, ...later.numbers];
  expect([...new Set(all)]).toHaveLength(251);
  expect(all.length - 251).toBeLessThan(4);
  const titles = [...first.pages, ...later.pages].flatMap(({ issues }) => issues.map(({ title }) => title));
  expect(titles).toContain("edited");
  expect((await readAll((cursor) => forge.changes({ cursor: cursor ?? null }), later.cursor)).numbers).toEqual([]);
});

test(
  "the first look at many issues reads the list and what was asked for, and goes on where it was",
  { timeout: 60_000 },
  async () => {
    const { clock, standIn } = await crowded(350);
    const options = { standIn, clock, repository: REPOSITORY, owner: OWNER, parallel: 1, workMs: MINUTE_MS };
    await using loop = await openLoop({ ...options, syncMs: MINUTE_MS / 2 });
    const before = standIn.requests().length;
    // GitHub takes no third page for a while.
    standIn.faults.decide(({ path }) =>
      pagesOf(standIn, before).length >= 2 && isListing(path) ? { do: "status", status: 502 } : undefined,
    );
    await loop.pass(MINUTE_MS);
    expect(pagesOf(standIn, before)).toHaveLength(2);
    standIn.faults.clear();
    await loop.pass(6 * MINUTE_MS);
    const pages = pagesOf(standIn, before);
    expect([...new Set(pages)]).toEqual(pages);
    expect(pages.length).toBeLessThan(9);
    const details = standIn
      .requests()
      .slice(before)
      .flatMap(({ path }) => /\/issues\/(\d+)/.exec(path)?.[1] ?? []);
    expect([...new Set(details)]).toEqual(["1"]);
    const tasks: readonly Task[] = await loop.store.tasks({ project: loop.forge.project, limit: 9 });
    expect(tasks.map(({ id, status }) => [id, status])).toEqual([["1", "in_review"]]);
  },
);

function isListing(path: string): boolean {
  return path.includes("/issues?") && path.includes("state=open");
}

/** The pages of open issues that were answered. */
function pagesOf(standIn: GitHubStandIn, from: number): readonly string[] {
  const answered = standIn.requests().slice(from);
  return answered.flatMap(({ path, status }) => (isListing(path) && status === 200 ? [path] : []));
}
