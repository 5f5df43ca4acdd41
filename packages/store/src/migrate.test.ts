import { join } from "node:path";

import { isOrchError } from "@orch/core";
import { createFakeClock, tempFolder } from "@orch/testing";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";

import { connect, type Connection } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { hashOf, migrations, type Migration } from "./migrations.ts";
import { openStore } from "./open-store.ts";

const clock = createFakeClock();
const first: Migration = { id: 1, name: "first", sql: "CREATE TABLE one (a TEXT);" };
const second: Migration = { id: 2, name: "second", sql: "CREATE TABLE two (b TEXT);" };

function memory(): Connection {
  const connection = connect(":memory:", 100);
  onTestFinished(() => void connection.raw.close());
  return connection;
}

function tablesOf({ raw }: Connection): readonly unknown[] {
  return raw.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
}

function withCode(code: "schema_newer" | "store_failed") {
  return (thrown: unknown): boolean => isOrchError(thrown, code) && thrown.hint !== undefined;
}

test("released migrations never change; a new one is appended here", () => {
  expect(migrations.map((migration) => [migration.id, migration.name, hashOf(migration)])).toEqual([
    [1, "initial", "e14a0ce7b90ee4c72a14d15a6227cdd30411fca6046093bccf6a0d780f5bd548"],
    [2, "webhook-deliveries", "66e671da16451f8a72777842f614a5262217533ebecbfb255eacd74b0e396bae"],
    [3, "port-leases", "2cc3fdbbf8efb446d14e32605beb34543d7fdd0ce2f30e704a4fcb7677cde4ce"],
  ]);
});

test("ids count upwards without gaps", () => {
  expect(migrations.map(({ id }) => id)).toEqual(migrations.map((_, index) => index + 1));
});

test("applies what is missing, once, in order", () => {
  const connection = memory();
  migrate(connection, clock, [first]);
  migrate(connection, clock, [first, second]);
  migrate(connection, clock, [first, second]);
  expect(tablesOf(connection)).toEqual(["one", "schema_migrations", "two"]);
  expect(connection.raw.prepare("SELECT id, name, hash FROM schema_migrations").all()).toEqual(
    [first, second].map((step) => ({ id: step.id, name: step.name, hash: hashOf(step) })),
  );
});

test("a step that fails takes all steps of the run back", () => {
  const connection = memory();
  const broken = { ...second, sql: "CREATE TABLE two (b TEXT); CREATE TABLE one (a TEXT);" };
  expect(() => migrate(connection, clock, [first, broken])).toThrow(/already exists/);
  expect(tablesOf(connection)).toEqual([]);
});

test("refuses a newer schema", () => {
  const connection = memory();
  migrate(connection, clock, [first, second]);
  expect(() => migrate(connection, clock, [first])).toThrow(expect.toSatisfy(withCode("schema_newer")));
  expect(tablesOf(connection)).toContain("two");
});

test("refuses a migration that is not the one that was applied", () => {
  const connection = memory();
  migrate(connection, clock, [first]);
  const changed = { ...first, sql: `${first.sql} ` };
  expect(() => migrate(connection, clock, [changed, second])).toThrow(expect.toSatisfy(withCode("store_failed")));
  expect(tablesOf(connection)).not.toContain("two");
});

test("openStore refuses a newer schema and leaves the file as it is", async () => {
  const path = join(await tempFolder(), "orch.db");
  await (await openStore({ path, clock }))[Symbol.asyncDispose]();
  const raw = new Database(path);
  raw.exec("INSERT INTO schema_migrations VALUES (999, 'future', 'x', 1)");
  raw.close();
  await expect(openStore({ path, clock })).rejects.toSatisfy(withCode("schema_newer"));
});

test("openStore refuses the database of another program and leaves it as it is", async () => {
  const path = join(await tempFolder(), "other.db");
  const raw = new Database(path);
  onTestFinished(() => void raw.close());
  raw.exec("CREATE TABLE addresses (name TEXT)");
  await expect(openStore({ path, clock })).rejects.toSatisfy(withCode("store_failed"));
  expect(raw.pragma("journal_mode", { simple: true })).toBe("delete");
  expect(raw.prepare("SELECT name FROM sqlite_master").pluck().all()).toEqual(["addresses"]);
});
