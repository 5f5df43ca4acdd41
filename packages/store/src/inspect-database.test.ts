import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { createFakeClock, tempFolder } from "@orch/testing";
import Database from "better-sqlite3";
import { expect, test } from "vitest";

import { countedTask, countingUnit } from "../test/counting-unit.ts";
import { inspectDatabase } from "./inspect-database.ts";
import { migrations } from "./migrations.ts";
import { openStoreToRead } from "./open-store-to-read.ts";
import { openStore } from "./open-store.ts";

const clock = createFakeClock();

async function filled(): Promise<string> {
  const path = join(await tempFolder(), "orch.db");
  await using store = await openStore({ path, clock });
  await store.commit(countingUnit(1));
  return path;
}

function changeAt(path: string, sql: string): void {
  const other = new Database(path);
  other.exec(sql);
  other.close();
}

test("tells schema, damage and size, and writes nothing", async () => {
  const path = await filled();
  const before = await readFile(path);
  const report = inspectDatabase(path);
  expect(report).toMatchObject({ newestSchema: migrations.length, integrity: ["ok"], journalMode: "wal" });
  expect(report.migrations).toMatchObject(migrations.map(({ id, name }) => ({ id, name, known: true })));
  expect(report.rows).toMatchObject({ tasks: 1, attempts: 0 });
  expect(report.bytes).toBe((await stat(path)).size);
  expect(await readFile(path)).toEqual(before);
});

test("reads beside the store that writes, and sees its newest commit", async () => {
  const path = join(await tempFolder(), "orch.db");
  await using store = await openStore({ path, clock });
  await store.commit(countingUnit(1));
  await using reader = await openStoreToRead({ path, clock });
  expect(await reader.task(countedTask)).toEqual(await store.task(countedTask));
  await store.commit(countingUnit(2));
  expect((await reader.events({ after: 0, limit: 9 })).length).toBe(2);
  expect(inspectDatabase(path).rows["tasks"]).toBe(1);
});

test("a file that is not there stays so", async () => {
  const path = join(await tempFolder(), "orch.db");
  expect(() => inspectDatabase(path)).toThrow(expect.objectContaining({ code: "home_unusable" }));
  await expect(openStoreToRead({ path, clock })).rejects.toMatchObject({ code: "home_unusable" });
  expect(await readdir(dirname(path))).toEqual([]);
});

test("a file that is no database is told of", async () => {
  const path = join(await tempFolder(), "orch.db");
  await writeFile(path, "this is a letter to my grandmother\n".repeat(200));
  expect(() => inspectDatabase(path)).toThrow(expect.objectContaining({ code: "store_failed" }));
});

test("a damaged file is looked at as far as it goes", async () => {
  const path = await filled();
  changeAt(path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
  const bytes = await readFile(path);
  // Not the pages with the schema: without them there is nothing to look at.
  bytes.fill(0xee, bytes.length - 3 * 4096);
  await writeFile(path, bytes);
  const { integrity } = inspectDatabase(path);
  expect(integrity.length).toBeGreaterThan(0);
  expect(integrity).not.toEqual(["ok"]);
});

test.each([
  ["newer", "INSERT INTO schema_migrations VALUES (99, 'future', 'x', 0)", "schema_newer"],
  ["older", "DELETE FROM schema_migrations WHERE id > 1", "store_failed"],
  ["another", "UPDATE schema_migrations SET hash = 'x' WHERE id = 1", "store_failed"],
])("%s schemas are told of and not read", async (_, sql, code) => {
  const path = await filled();
  changeAt(path, sql);
  await expect(openStoreToRead({ path, clock })).rejects.toMatchObject({ code });
  expect(inspectDatabase(path).migrations.length).toBeGreaterThan(0);
});
