import type { Json } from "@orch/core";

import { eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseValue } from "../parse-rows.ts";
import { cursors } from "../schema.ts";

/** A named value. */
export function prepareGetCursor({ orm }: Connection): (name: string) => Json | undefined {
  const query = orm
    .select({ value: cursors.value })
    .from(cursors)
    .where(eq(cursors.name, sql.placeholder("name")))
    .prepare();
  return (name) => {
    const row = query.get({ name });
    return row === undefined ? undefined : parseValue(row.value, { table: "cursors", key: name });
  };
}
