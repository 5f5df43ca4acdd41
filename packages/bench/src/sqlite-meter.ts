import Database from "better-sqlite3";

/** What SQLite connections of this process did while it was measured. */
export interface SqliteUse {
  /** Statements that ran, by their text. */
  readonly statements: ReadonlyMap<string, number>;
  /** Rows that they returned or changed. */
  readonly rows: number;
}

/** Counts what all SQLite connections do that are opened after `install`. */
export interface SqliteMeter {
  reset(): void;
  read(): SqliteUse;
}

type Call = (this: unknown, ...args: unknown[]) => unknown;

/** The SQLite library tells no row counts, so its methods are wrapped: once, for the life of the process. */
export function installSqliteMeter(): SqliteMeter {
  const statements = new Map<string, number>();
  let rows = 0;
  const probe = new Database(":memory:");
  const prototype = Object.getPrototypeOf(probe.prepare("SELECT 1")) as Record<string, Call>;
  probe.close();

  function wrap(name: string, count: (answer: unknown) => number): void {
    const original = prototype[name];
    if (original === undefined) return;
    prototype[name] = function counted(...args) {
      const answer = original.apply(this, args);
      const text = sourceOf(this);
      statements.set(text, (statements.get(text) ?? 0) + 1);
      rows += count(answer);
      return answer;
    };
  }

  wrap("get", (answer) => (answer === undefined ? 0 : 1));
  wrap("all", (answer) => (Array.isArray(answer) ? answer.length : 0));
  wrap("run", (answer) => (answer as { readonly changes: number }).changes);
  const { iterate } = prototype;
  if (iterate !== undefined) {
    prototype["iterate"] = function* counted(this: unknown, ...args: unknown[]) {
      const text = sourceOf(this);
      statements.set(text, (statements.get(text) ?? 0) + 1);
      for (const row of iterate.apply(this, args) as Iterable<unknown>) {
        rows += 1;
        yield row;
      }
    };
  }
  return {
    reset() {
      statements.clear();
      rows = 0;
    },
    read: () => ({ statements: new Map(statements), rows }),
  };
}

function sourceOf(statement: unknown): string {
  return (statement as { readonly source: string }).source;
}

/** The statements whose plan reads a table from its beginning to its end instead of searching an index. */
export function scansIn(path: string, texts: Iterable<string>): readonly string[] {
  const database = new Database(path, { readonly: true });
  try {
    return [...texts].filter((text) => {
      if (!/^\s*(?:select|update|delete|with)\b/i.test(text)) return false;
      const plan = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`);
      return plan.all(...parametersOf(text)).some(({ detail }) => detail.startsWith("SCAN "));
    });
  } finally {
    database.close();
  }
}

function parametersOf(text: string): readonly null[] {
  return [...text.matchAll(/\?/g)].map(() => null);
}
