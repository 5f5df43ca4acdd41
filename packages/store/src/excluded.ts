import { sql } from "#drizzle";

/** In an upsert: the value that the refused insert would have written into this column. */
export function excluded({ name }: { readonly name: string }): ReturnType<typeof sql> {
  return sql`excluded.${sql.identifier(name)}`;
}
