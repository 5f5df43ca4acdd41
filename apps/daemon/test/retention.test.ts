import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { attemptFolder } from "@orch/config";
import { sessionIdOf, silentLogger, systemClock, type TaskRef } from "@orch/core";
import { createFakeClock, tempFolder, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { pruneAttempts } from "../src/prune-attempts.ts";
import { startRetention } from "../src/retention.ts";
import { commit, refOf, startStandIn, type StandIn } from "./stand-in.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const forever = new AbortController().signal;

/** An attempt's folder as the runner and the sessions leave it. */
async function attemptOf(home: string, ref: TaskRef): Promise<string> {
  const folder = attemptFolder(home, { ...ref, attempt: 1 });
  await mkdir(join(folder, "session", "tmp"), { recursive: true });
  await mkdir(join(folder, "check-0-test", "own"), { recursive: true });
  for (const name of ["session/events.jsonl", "session/capture.log", "receipts.json", "digest.json", "output.json"]) {
    await writeFile(join(folder, name), "{}\n");
  }
  return folder;
}

async function tasksOf({ client, move, finish, folder }: StandIn): Promise<readonly TaskRef[]> {
  for (const title of ["done", "in review", "cancelled", "new"]) await client.call("task add", { title, folder });
  for (const number of [1, 2]) await finish(refOf(number));
  await move(refOf(1), { type: "merge:requested", by: "a person" });
  await move(refOf(1), { type: "result:merged", mergeCommit: commit });
  await move(refOf(3), { type: "task:cancelled", by: "a person", why: "no longer wanted" });
  return [1, 2, 3, 4].map((number) => refOf(number));
}

const KEPT = ["digest.json", "output.json", "receipts.json"];
const WHOLE = ["check-0-test", ...KEPT, "session"].toSorted();

test("only tasks that are settled and old lose what their sessions printed; their records stay", async () => {
  const standIn = await startStandIn();
  const { store, services, live } = standIn;
  const home = await tempFolder();
  const folders = await Promise.all((await tasksOf(standIn)).map((ref) => attemptOf(home, ref)));
  const unknown = await attemptOf(home, refOf(99));
  // What lies behind a link is somebody else's.
  const theirs = await tempFolder();
  await writeFile(join(theirs, "precious"), "");
  await symlink(theirs, join(folders[2] ?? "", "link"));
  const prune = (before: number): Promise<number> =>
    pruneAttempts({ home, store, sessions: services.sessions, before, signal: forever });

  const later = systemClock.now() + DAY_MS;
  expect(await prune(systemClock.now() - DAY_MS)).toBe(0);
  live.push({
    id: sessionIdOf({ ...refOf(3), attempt: 1 }, "agent"),
    attempt: { ...refOf(3), attempt: 1 },
    purpose: "agent",
    host: "process",
    pid: 1,
    startedAt: 1,
    folder: "",
  });
  expect(await prune(later)).toBe(1);
  live.splice(0);
  expect(await prune(later)).toBe(1);
  expect(await prune(later)).toBe(0);
  const [done = "", review = "", cancelled = "", fresh = ""] = folders;
  expect((await readdir(done)).toSorted()).toEqual(KEPT);
  expect((await readdir(cancelled)).toSorted()).toEqual([...KEPT, "link"].toSorted());
  for (const folder of [review, fresh, unknown]) expect((await readdir(folder)).toSorted()).toEqual(WHOLE);
  expect(await readdir(theirs)).toEqual(["precious"]);
});

test("of attempts that passed a share is kept until then; the others go when their task is settled", async () => {
  const standIn = await startStandIn();
  const { store, services } = standIn;
  const home = await tempFolder();
  const [done = refOf(1), review = refOf(2), cancelled = refOf(3)] = await tasksOf(standIn);
  const folders = await Promise.all([done, review, cancelled].map((ref) => attemptOf(home, ref)));
  const prune = (passedPercent: number): Promise<number> =>
    pruneAttempts({ home, store, sessions: services.sessions, before: 0, passedPercent, signal: forever });
  expect(await prune(100)).toBe(0);
  expect(await prune(0)).toBe(1);
  const left = await Promise.all(folders.map(async (folder) => (await readdir(folder)).toSorted()));
  // The cancelled one has no verdict, and nobody has decided on the one in review.
  expect(left).toEqual([KEPT, WHOLE, WHOLE]);
});

test("it is looked at once a day, by whichever daemon is there; 0 keeps everything", async () => {
  const standIn = await startStandIn();
  const { store, services } = standIn;
  const home = await tempFolder();
  const [, , ref = refOf(3)] = await tasksOf(standIn);
  const folder = await attemptOf(home, ref);
  const clock = createFakeClock();
  await clock.advance(systemClock.now() - clock.now() + 31 * DAY_MS);
  let keepMs = 0;
  const start = (): AsyncDisposable =>
    startRetention({
      home,
      store,
      sessions: services.sessions,
      clock,
      logger: silentLogger,
      keepMs: () => keepMs,
      passedPercent: () => 100,
    });
  {
    await using _ = start();
    await clock.advance(6000);
  }
  expect((await readdir(folder)).toSorted()).toEqual(WHOLE);
  keepMs = 30 * DAY_MS;
  {
    await using _ = start();
    await clock.advance(6000);
    await waitFor("the records to go", async () => (await readdir(folder)).length === KEPT.length);
    await waitFor("the day to be noted", async () => (await store.cursor("retention:last")) !== undefined);
  }
  const again = await attemptOf(home, ref);
  {
    await using _ = start();
    await clock.advance(6000);
  }
  expect((await readdir(again)).toSorted()).toEqual(WHOLE);
  await using _ = start();
  await clock.advance(2 * DAY_MS);
  await waitFor("the records to go on another day", async () => (await readdir(again)).length === KEPT.length);
});
