import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import { orchError } from "@orch/core";
import Database from "better-sqlite3";

import { toStoreError } from "./store-errors.ts";

/** A lock that this process holds until it is disposed of, or until the process ends in whatever way. */
export type HeldLock = Disposable;

/**
 * Takes an exclusive lock on a file. The operating system gives it up with the process, so that no crash leaves it
 * behind. Undefined: another process holds it. Throws `home_unusable` when the file can't be made.
 */
export function holdLock(path: string): HeldLock | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw orchError("home_unusable", `the folder ${dirname(path)} can't be made`, { cause });
  }
  let lock: Database.Database | undefined;
  try {
    lock = new Database(path, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    const held = lock;
    return { [Symbol.dispose]: () => void held.close() };
  } catch (cause) {
    lock?.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith("SQLITE_BUSY")) return undefined;
    throw toStoreError(cause, path);
  }
}
