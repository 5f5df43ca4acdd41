import { createRequire } from "node:module";

import type * as Base from "drizzle-orm";
import type * as Driver from "drizzle-orm/better-sqlite3";
import type * as Sqlite from "drizzle-orm/sqlite-core";

// As ES modules, drizzle's circular files cost 400 ms and 180 MB at every start from source; required, a tenth of it.
const load = createRequire(import.meta.url);
const base = load("drizzle-orm") as typeof Base;
const sqlite = load("drizzle-orm/sqlite-core") as typeof Sqlite;
const driver = load("drizzle-orm/better-sqlite3") as typeof Driver;

export const { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, lt, lte, or, sql } = base;
export const { getTableConfig, integer, real, sqliteTable, text } = sqlite;
export const { drizzle } = driver;
export type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
export type { SQLiteTable } from "drizzle-orm/sqlite-core";
