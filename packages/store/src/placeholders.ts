import { sql } from "#drizzle";

type Placeholders<Name extends string> = {
  readonly [Key in Name]: ReturnType<typeof sql.placeholder<Key>>;
};

/** A value of the same name for each column, given when the prepared statement runs. */
export function placeholders<const Name extends string>(...names: readonly Name[]): Placeholders<Name> {
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Placeholders<Name>;
}

/**
 * The same for a condition. SQLite compiles a statement that orders its rows anew whenever a bare parameter of its
 * conditions is bound, which takes ten times as long as running it; behind a plus, which changes no value, it does not.
 */
export function given(name: string): ReturnType<typeof sql> {
  return sql`+${sql.placeholder(name)}`;
}
