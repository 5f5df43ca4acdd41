/** What the store uses of drizzle, for the build, which bundles it. From source, `drizzle-required.ts` takes its place. */
export { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, lt, lte, or, sql } from "drizzle-orm";
export { drizzle, type BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
export { getTableConfig, integer, real, sqliteTable, text, type SQLiteTable } from "drizzle-orm/sqlite-core";
