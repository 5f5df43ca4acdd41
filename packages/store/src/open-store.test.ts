import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError, silentLogger, type ErrorCode, type Store } from "@orch/core";
import { createFakeClock, tempFolder } from "@orch/testing";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";

import { countedTask, countingUnit } from "../test/counting-unit.ts";
import { connect, makeDurable } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { openStore } from "./open-store.ts";
import { createSqliteStore } from "./sqlite-store.ts";

const clock = createFakeClock();

function withCode(code: ErrorCode) {
  return (thrown: unknown): boolean => isOrchError(thrown, code) && thrown.hint !== undefined;
}

async function openAt(path: string): Promise<Store> {
  const store = await openStore({ path, clock });
  onTestFinished(() => store[Symbol.asyncDispose]());
  return store;
}

test("files are for their owner only, in a folder for its owner only", async () => {
  const folder = join(await tempFolder(), "state");
  const store = await openAt(join(folder, "orch.db"));
  await store.commit(countingUnit(1));
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const files = await readdir(folder);
  expect(files.toSorted()).toEqual(["orch.db", "orch.db-shm", "orch.db-wal"]);
  const modes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).mode & 0o777));
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});

test("a file that others could read is closed to them", async () => {
  const path = join(await tempFolder(), "orch.db");
  await writeFile(path, "", { mode: 0o644 });
  await openAt(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("commits are durable and readers independent", async () => {
  const connection = connect(join(await tempFolder(), "orch.db"), 5000);
  onTestFinished(() => void connection.raw.close());
  makeDurable(connection.raw);
  const pragmas = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"];
  expect(pragmas.map((name) => connection.raw.pragma(name, { simple: true }))).toEqual(["wal", 2, 1, 5000]);
});

test("a transaction refuses an async callback and keeps nothing of it", () => {
  const connection = connect(":memory:", 100);
  onTestFinished(() => void connection.raw.close());
  migrate(connection, clock);
  const work = async (): Promise<void> => {
    connection.raw.exec("INSERT INTO counters VALUES ('acme/app', 1)");
  };
  // @ts-expect-error -- the type refuses it as well
  expect(() => connection.write(work)).toThrow(/promise/);
  expect(connection.raw.prepare("SELECT count(*) FROM counters").pluck().get()).toBe(0);
});

test(":memory: leaves no file", async () => {
  const store = await openAt(":memory:");
  expect(await store.commit(countingUnit(1))).toMatchObject({ ok: true });
});

test("disposing of a store twice is harmless", async () => {
  const store = await openAt(":memory:");
  await store[Symbol.asyncDispose]();
  await expect(store[Symbol.asyncDispose]()).resolves.toBeUndefined();
});

test("a file that is no database is refused and left as it is", async () => {
  const path = join(await tempFolder(), "orch.db");
  const text = "this is a letter to my grandmother\n".repeat(200);
  await writeFile(path, text);
  await expect(openStore({ path, clock })).rejects.toSatisfy(withCode("store_failed"));
  expect((await stat(path)).size).toBe(text.length);
});

test.each([
  ["below a file", async (folder: string) => writeFile(join(folder, "state"), ""), "state/orch.db"],
  ["where a folder is", async (folder: string) => mkdir(join(folder, "orch.db")), "orch.db"],
])("a path %s is refused", async (_, prepare, path) => {
  const folder = await tempFolder();
  await prepare(folder);
  await expect(openStore({ path: join(folder, path), clock })).rejects.toSatisfy(withCode("home_unusable"));
});

test("a database that another process keeps locked is refused after the wait, at opening and at work", async () => {
  const path = join(await tempFolder(), "orch.db");
  const store = await openStore({ path, clock, busyTimeoutMs: 30 });
  onTestFinished(() => store[Symbol.asyncDispose]());
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec("BEGIN IMMEDIATE");
  await expect(openStore({ path, clock, busyTimeoutMs: 30 })).rejects.toSatisfy(withCode("store_failed"));
  await expect(store.commit(countingUnit(1))).rejects.toSatisfy(withCode("store_failed"));
  expect(await store.task(countedTask)).toBeUndefined();
  other.exec("ROLLBACK");
  expect(await store.commit(countingUnit(1))).toMatchObject({ ok: true });
});

test("a database without room refuses the unit as a whole", async () => {
  const connection = connect(":memory:", 100);
  migrate(connection, clock);
  const store = createSqliteStore(connection, { path: ":memory:", clock, logger: silentLogger });
  onTestFinished(() => store[Symbol.asyncDispose]());
  await store.commit(countingUnit(1));
  const pages = Number(connection.raw.pragma("page_count", { simple: true }));
  connection.raw.pragma(`max_page_count = ${pages + 2}`);
  await expect(store.commit(countingUnit(2, { padding: 100_000 }))).rejects.toSatisfy(withCode("disk_full"));
  expect(await store.cursor("count")).toBe(1);
  connection.raw.pragma(`max_page_count = ${pages + 100}`);
  expect(await store.commit(countingUnit(2, { padding: 100_000 }))).toMatchObject({ ok: true });
});

const everyRead: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  tasks: (store) => store.tasks({ limit: 9 }),
  events: (store) => store.events({ after: 0, limit: 9 }),
  jobs: (store) => store.jobs({ states: ["queued"], limit: 9 }),
  cursors: (store) => store.cursor("count"),
};

test.each([
  ["tasks", "UPDATE tasks SET task = '{'", "acme/app#int-1"],
  ["tasks", "UPDATE tasks SET task = json_remove(task, '$.title')", "acme/app#int-1"],
  ["tasks", "UPDATE tasks SET task = json_set(task, '$.status', 'routed')", "acme/app#int-1"],
  ["events", "UPDATE events SET event = 'null'", "1"],
  ["events", "UPDATE events SET task = 'DROP TABLE'", "1"],
  ["events", "UPDATE events SET status = 'unheard of'", "1"],
  ["jobs", "UPDATE jobs SET effect = json_set(effect, '$.kind', 'toString')", "job 1"],
  ["jobs", "UPDATE jobs SET effect = json_remove(effect, '$.task')", "job 1"],
  ["cursors", "UPDATE cursors SET value = 'no json'", "count"],
])("a damaged row of %s is reported with its key: %s", async (table, damage, key) => {
  const path = join(await tempFolder(), "orch.db");
  const store = await openAt(path);
  await store.commit(countingUnit(1));
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec(damage);
  const reading = everyRead[table]?.(store);
  await expect(reading).rejects.toSatisfy(withCode("store_failed"));
  await expect(reading).rejects.toMatchObject({ details: { table, key } });
});
