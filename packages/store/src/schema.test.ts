import { createFakeClock } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { getTableConfig, type SQLiteTable } from "#drizzle";

import { connect, type Connection } from "./connection.ts";
import { migrate } from "./migrate.ts";
import * as schema from "./schema.ts";

function migrated(): Connection {
  const connection = connect(":memory:", 100);
  onTestFinished(() => void connection.raw.close());
  migrate(connection, createFakeClock());
  return connection;
}

function planOf({ raw }: Connection, query: string): string {
  const values = Array.from(query.matchAll(/\?/g), () => null);
  const rows = raw.prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${query}`).all(...values);
  return rows.map(({ detail }) => detail).join("\n");
}

// `vitest run packages/store -u` writes the dump anew.
test("schema.sql is what the migrations make", async () => {
  const statements = migrated()
    .raw.prepare<[], string>(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name",
    )
    .pluck()
    .all();
  await expect(statements.map((statement) => `${statement};\n`).join("\n")).toMatchFileSnapshot("../schema.sql");
});

test.each(Object.entries<SQLiteTable>(schema))("the columns of %s are those of the migrations", (_, table) => {
  const { name, columns } = getTableConfig(table);
  const real = migrated().raw.prepare<[string], { name: string; type: string; required: number }>(
    `SELECT name, type, "notnull" OR pk AS required FROM pragma_table_info(?)`,
  );
  expect(
    columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      required: Number(column.notNull || column.primary),
    })),
  ).toEqual(real.all(name));
});

test("every table of the migrations is in the typed schema", () => {
  const real = migrated()
    .raw.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all();
  expect(
    Object.values<SQLiteTable>(schema)
      .map((table) => getTableConfig(table).name)
      .toSorted(),
  ).toEqual(real);
});

test.each([
  ["a task", "SELECT task FROM tasks WHERE project = ? AND id = ?"],
  ["tasks by status", "SELECT task FROM tasks WHERE status = ? ORDER BY position DESC LIMIT 9"],
  ["counts", "SELECT status, count(*) FROM tasks GROUP BY status"],
  ["dependents", "SELECT task FROM dependencies WHERE project = ? AND depends_on = ?"],
  ["events of a task", "SELECT event FROM events WHERE project = ? AND task = ? AND seq > ? ORDER BY seq LIMIT 9"],
  ["running jobs", "SELECT id, exclusive, dims FROM jobs WHERE queue = ? AND state = 'running'"],
  ["leases", "SELECT id FROM jobs WHERE state = 'running' AND lease_until <= ?"],
  ["a host's jobs", "SELECT id FROM jobs WHERE state = 'running' AND host = ?"],
  ["jobs by state", "SELECT effect FROM jobs WHERE state = ? ORDER BY id DESC LIMIT 9"],
  ["a delivery", "SELECT hints FROM webhook_deliveries WHERE source = ? AND delivery_id = ?"],
  ["a body that came before", "SELECT id FROM webhook_deliveries WHERE payload_hash = ? AND created_at >= ?"],
  ["due deliveries", "SELECT id FROM webhook_deliveries WHERE state = 'received' AND not_before <= ?"],
  [
    "recent deliveries",
    "SELECT state, count(*) FROM webhook_deliveries WHERE created_at >= ? GROUP BY state, event_type",
  ],
  ["sums", "SELECT dims, total(value) FROM metrics WHERE name = ? AND at >= ? GROUP BY dims"],
])("the search for %s uses an index", (_, query) => {
  const plan = planOf(migrated(), query);
  expect(plan).toMatch(/USING (COVERING )?INDEX/);
  expect(plan).not.toMatch(/^SCAN \w+$/m);
});

test("the search of a claim is a range of an index that holds all it reads", () => {
  const query = `SELECT id, exclusive, dims FROM jobs INDEXED BY jobs_queued
    WHERE queue = ? AND state = 'queued' AND not_before <= ? ORDER BY priority DESC, id`;
  expect(planOf(migrated(), query)).toContain("USING COVERING INDEX jobs_queued (queue=? AND not_before<?)");
});
