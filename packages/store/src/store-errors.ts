import { isOrchError, orchError, type ErrorCode, type OrchError } from "@orch/core";
import Database from "better-sqlite3";

interface Meaning {
  /** How SQLite's extended result code begins. */
  readonly prefix: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const full = {
  code: "disk_full",
  message: "The database can't grow: the disk is full.",
  hint: "Free some space, then try again; nothing of this operation was kept.",
} as const;

const damaged = {
  code: "store_failed",
  hint: "Move the file away and start again, or put a backup in its place.",
} as const;

const meanings: readonly Meaning[] = [
  { prefix: "SQLITE_FULL", ...full },
  // The wal-index could not be given its size: what a full disk looks like when a database is opened.
  { prefix: "SQLITE_IOERR_SHMSIZE", ...full },
  {
    prefix: "SQLITE_BUSY",
    code: "store_failed",
    message: "Another process has kept the database locked.",
    hint: "See which process has the file open; if it is no orch of yours, end it, then try again.",
  },
  {
    prefix: "SQLITE_READONLY",
    code: "home_unusable",
    message: "The database can't be written.",
    hint: "Give yourself write access to the file and its folder, or choose another ORCH_HOME.",
  },
  {
    prefix: "SQLITE_CANTOPEN",
    code: "home_unusable",
    message: "The database can't be opened or created.",
    hint: "Give yourself write access to the folder, or choose another ORCH_HOME.",
  },
  { prefix: "SQLITE_NOTADB", message: "The file is not a database.", ...damaged },
  { prefix: "SQLITE_CORRUPT", message: "The database is damaged.", ...damaged },
];

/** Any thrown value as an error of the store; errors of orch stay what they are. */
export function toStoreError(thrown: unknown, path: string): OrchError {
  if (isOrchError(thrown)) return thrown;
  const code = thrown instanceof Database.SqliteError ? thrown.code : undefined;
  const meaning = meanings.find(({ prefix }) => code?.startsWith(prefix) === true);
  const details = { path, ...(code === undefined ? {} : { sqlite: code }) };
  if (meaning !== undefined) {
    return orchError(meaning.code, meaning.message, { hint: meaning.hint, cause: thrown, details });
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return orchError("store_failed", `The database refused an operation: ${why}`, {
    hint: "Try again; if it goes on, look at the cause in the log.",
    cause: thrown,
    details,
  });
}

/** A row whose content can't be understood. */
export function corruptRow(table: string, key: string, cause?: unknown): OrchError {
  return orchError("store_failed", `The row ${key} of the table ${table} can't be understood.`, {
    hint: "The database was changed by something else, or is damaged: put a backup in its place.",
    details: { table, key },
    ...(cause === undefined ? {} : { cause }),
  });
}
