import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

import { isOrchError, orchError, silentLogger, type Clock, type Logger } from "@orch/core";

import { connect, makeDurable, type Connection } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { createSqliteStore, type SqliteStore } from "./sqlite-store.ts";
import { toStoreError } from "./store-errors.ts";

/** Where the store is, and what it needs. */
export interface OpenStoreOptions {
  /** The database file, created with its folder when absent; `:memory:` for one that lives as long as the store. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long to wait for another process that writes, in milliseconds; 5,000 unless told. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the SQLite store, creating or migrating it first. Several processes may open one file at once.
 * @throws `home_unusable` when the file or its folder can't be created or written; `schema_newer`; `disk_full`;
 * `store_failed` when the file is no database of orch, is damaged, or stays locked.
 */
export async function openStore(options: OpenStoreOptions): Promise<SqliteStore> {
  const { path, clock, logger = silentLogger } = options;
  let connection: Connection | undefined;
  try {
    if (path !== ":memory:") makePrivateFile(path);
    connection = connect(path, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
    // First, because it refuses a file that is not ours before anything is written to it.
    migrate(connection, clock);
    makeDurable(connection.raw);
    return createSqliteStore(connection, { path, clock, logger });
  } catch (thrown) {
    connection?.raw.close();
    throw toStoreError(thrown, path);
  }
}

/** SQLite gives its side files the mode of the main file, so that one has to exist first. */
function makePrivateFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
  } catch (thrown) {
    throw fileError(thrown, path);
  }
}

function fileError(thrown: unknown, path: string): Error {
  if (isOrchError(thrown)) return thrown;
  const full = thrown instanceof Error && "code" in thrown && (thrown.code === "ENOSPC" || thrown.code === "EDQUOT");
  if (full) {
    return orchError("disk_full", "The database can't be created: the disk is full.", {
      hint: "Free some space, then try again.",
      cause: thrown,
      details: { path },
    });
  }
  return orchError("home_unusable", "The database's file or folder can't be written.", {
    hint: "Give yourself write access to the folder, or choose another ORCH_HOME.",
    cause: thrown,
    details: { path },
  });
}
