import { sql } from "#drizzle";

type Placeholders<Name extends string> = {
  readonly [Key in Name]: ReturnType<typeof sql.placeholder<Key>>;
};

/** A value of the same name for each column, given when the prepared statement runs. */
export function placeholders<const Name extends string>(...names: readonly Name[]): Placeholders<Name> {
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Placeholders<Name>;
}
