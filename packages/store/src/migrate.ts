import { orchError, type Clock } from "@orch/core";
import type Database from "better-sqlite3";

import { asc } from "#drizzle";

import type { Connection } from "./connection.ts";
import { hashOf, migrations, type Migration } from "./migrations.ts";
import { schemaMigrations } from "./schema.ts";

const RECORD = `CREATE TABLE IF NOT EXISTS schema_migrations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  applied_at INTEGER NOT NULL
)`;

/**
 * Brings the database to the newest schema, each step at most once however many processes try.
 * @throws `schema_newer` when a newer orch wrote it; `store_failed` when it is not orch's, or a step is not the one that
 * was applied.
 */
export function migrate(connection: Connection, clock: Clock, steps: readonly Migration[] = migrations): void {
  connection.write(() => {
    checkOrigin(connection.raw);
    connection.raw.exec(RECORD);
    const applied = appliedSteps(connection, steps);
    for (const step of steps.slice(applied)) {
      connection.raw.exec(step.sql);
      connection.orm
        .insert(schemaMigrations)
        .values({ id: step.id, name: step.name, hash: hashOf(step), appliedAt: clock.now() })
        .run();
    }
  });
}

/**
 * Looks whether the database has exactly the newest schema, and writes nothing.
 * @throws as `migrate`, and `store_failed` when it is older.
 */
export function checkSchema(connection: Connection, steps: readonly Migration[] = migrations): void {
  const applied = isOfOrch(connection.raw) ? appliedSteps(connection, steps) : 0;
  if (applied === steps.length) return;
  throw orchError("store_failed", `The database has schema ${applied}; this orch reads ${steps.length}.`, {
    hint: "The daemon brings it up to date when it starts: orch serve",
    details: { found: applied, known: steps.length },
  });
}

/** Reads only, so that a database we must not touch is left as it is. */
export function checkOrigin(raw: Database.Database): void {
  const tables = tablesOf(raw);
  if (tables.length === 0 || isOfOrch(raw)) return;
  throw orchError("store_failed", "The file is a database of another program.", {
    hint: "Move it away, or choose another ORCH_HOME.",
    details: { tables: tables.slice(0, 10) },
  });
}

/** The names of all tables. */
export function tablesOf(raw: Database.Database): readonly string[] {
  return raw.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
}

/** True when the record of orch's migrations is there. */
export function isOfOrch(raw: Database.Database): boolean {
  return tablesOf(raw).includes("schema_migrations");
}

function appliedSteps(connection: Connection, steps: readonly Migration[]): number {
  const rows = connection.orm.select().from(schemaMigrations).orderBy(asc(schemaMigrations.id)).all();
  const newest = rows.at(-1)?.id ?? 0;
  if (newest > steps.length) {
    throw orchError("schema_newer", `The database has schema ${newest}; this orch knows up to ${steps.length}.`, {
      hint: "Update orch, or choose another ORCH_HOME.",
      details: { found: newest, known: steps.length },
    });
  }
  for (const [index, row] of rows.entries()) {
    const step = steps[index];
    if (step !== undefined && step.id === row.id && hashOf(step) === row.hash) continue;
    throw orchError("store_failed", `The database went through another migration ${row.id} than this orch has.`, {
      hint: "It was written by a build that was never released: move the file away, or use that build.",
      details: { migration: row.id, name: row.name },
    });
  }
  return rows.length;
}
