import { statSync } from "node:fs";

import type Database from "better-sqlite3";

import { asc } from "#drizzle";

import { connectToRead, type Connection } from "./connection.ts";
import { isOfOrch, tablesOf } from "./migrate.ts";
import { hashOf, migrations } from "./migrations.ts";
import { schemaMigrations } from "./schema.ts";
import { toStoreError } from "./store-errors.ts";

const BUSY_TIMEOUT_MS = 5000;
/** Findings of the integrity check: more of them say no more. */
const MOST_FINDINGS = 20;

/** How a database file is, whatever it is. */
export interface DatabaseReport {
  /** The file and what was not yet written back into it. */
  readonly bytes: number;
  readonly walBytes: number;
  readonly sqlite: string;
  readonly journalMode: string;
  /** The newest schema that this orch knows. */
  readonly newestSchema: number;
  /** Steps that the file went through, oldest first; `known`: this orch has the very same. */
  readonly migrations: readonly {
    readonly id: number;
    readonly name: string;
    /** Epoch milliseconds. */
    readonly appliedAt: number;
    readonly known: boolean;
  }[];
  /** `["ok"]`, or what SQLite found, at most 20. */
  readonly integrity: readonly string[];
  /** How many rows each table has; -1: they can't be counted. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Looks at a database file for the report of a fault, and writes nothing. Takes as long as SQLite's integrity check.
 * @throws `home_unusable` when there is no file; `store_failed` when it is no database.
 */
export function inspectDatabase(path: string): DatabaseReport {
  let connection: Connection | undefined;
  try {
    connection = connectToRead(path, BUSY_TIMEOUT_MS);
    const { raw } = connection;
    return {
      bytes: sizeOf(path),
      walBytes: sizeOf(`${path}-wal`),
      sqlite: String(raw.prepare("SELECT sqlite_version()").pluck().get()),
      journalMode: String(raw.pragma("journal_mode", { simple: true })),
      newestSchema: migrations.length,
      migrations: migrationsIn(connection),
      integrity: integrityOf(raw),
      rows: Object.fromEntries(tablesOf(raw).map((table) => [table, countRows(raw, table)])),
    };
  } catch (thrown) {
    throw toStoreError(thrown, path);
  } finally {
    connection?.raw.close();
  }
}

function migrationsIn({ raw, orm }: Connection): DatabaseReport["migrations"] {
  if (!isOfOrch(raw)) return [];
  const rows = orm.select().from(schemaMigrations).orderBy(asc(schemaMigrations.id)).all();
  return rows.map(({ id, name, hash, appliedAt }) => {
    const own = migrations.find((step) => step.id === id);
    return { id, name, appliedAt, known: own !== undefined && hashOf(own) === hash };
  });
}

function integrityOf(raw: Database.Database): readonly string[] {
  try {
    return raw.prepare<[], string>(`PRAGMA integrity_check(${MOST_FINDINGS})`).pluck().all();
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)];
  }
}

function countRows(raw: Database.Database, table: string): number {
  try {
    const name = table.replaceAll('"', '""');
    return Number(raw.prepare(`SELECT count(*) FROM "${name}"`).pluck().get());
  } catch {
    return -1;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
