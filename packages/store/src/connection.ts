import Database from "better-sqlite3";

import { drizzle, type BetterSQLite3Database } from "#drizzle";

const SWITCH_TRIES = 100;
const SWITCH_PAUSE_MS = 5;

/** What a synchronous transaction may return: never a promise, because an async callback would commit half. */
type Settled<Value> = Value extends PromiseLike<unknown> ? never : Value;

/** The one connection of a store. Never leaves this package. */
export interface Connection {
  readonly raw: Database.Database;
  readonly orm: BetterSQLite3Database;
  /** Runs `work` in one `BEGIN IMMEDIATE` transaction; what it throws rolls everything back. */
  readonly write: <Value>(work: () => Settled<Value>) => Settled<Value>;
}

/** Opens the file (or `:memory:`). Waits up to `busyTimeoutMs` for other processes, here and in every later call. */
export function connect(path: string, busyTimeoutMs: number): Connection {
  return connectionOf(new Database(path, { timeout: busyTimeoutMs }));
}

/** The same for a file that has to be there, and that nothing can be written to. */
export function connectToRead(path: string, busyTimeoutMs: number): Connection {
  return connectionOf(new Database(path, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true }));
}

function connectionOf(raw: Database.Database): Connection {
  // One for all: making a transaction takes longer than beginning and ending it.
  const transact = raw.transaction((work: () => unknown) => work());
  return {
    raw,
    orm: drizzle({ client: raw }),
    write: <Value>(work: () => Settled<Value>) => transact.immediate(work) as Settled<Value>,
  };
}

/** Makes commits durable (FULL) and readers independent of the writer (WAL). */
export function makeDurable(raw: Database.Database): void {
  switchToWal(raw);
  raw.pragma("synchronous = FULL");
  raw.pragma("foreign_keys = ON");
}

// When processes switch a file at once, SQLite refuses all but one without asking its busy handler.
function switchToWal(raw: Database.Database): void {
  for (let left = SWITCH_TRIES; ; left -= 1) {
    try {
      raw.pragma("journal_mode = WAL");
      return;
    } catch (thrown) {
      if (left === 0 || !isBusy(thrown)) throw thrown;
    }
    // Blocks this thread, exactly as the busy handler would.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SWITCH_PAUSE_MS);
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith("SQLITE_BUSY");
}
