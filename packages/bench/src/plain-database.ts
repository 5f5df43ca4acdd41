import Database from "better-sqlite3";

/** A database without orch, as durable as orch's: what a commit costs on this disk. */
export interface PlainDatabase extends Disposable {
  insert(round: number): void;
}

/** Opens one with write-ahead log and full synchronisation. */
export function openPlainDatabase(path: string): PlainDatabase {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE events (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  const statement = database.prepare("INSERT INTO events (text) VALUES (?)");
  return {
    insert: (round) => void statement.run(`event ${round} ${"x".repeat(400)}`),
    [Symbol.dispose]: () => void database.close(),
  };
}
