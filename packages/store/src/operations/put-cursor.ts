import type { Json } from "@orch/core";

import type { Connection } from "../connection.ts";
import { excluded } from "../excluded.ts";
import { placeholders } from "../placeholders.ts";
import { cursors } from "../schema.ts";

/** Writes a named value. */
export function preparePutCursor({ orm }: Connection, now: () => number): (name: string, value: Json) => void {
  const put = orm
    .insert(cursors)
    .values(placeholders("name", "value", "updatedAt"))
    .onConflictDoUpdate({
      target: cursors.name,
      set: { value: excluded(cursors.value), updatedAt: excluded(cursors.updatedAt) },
    })
    .prepare();
  return (name, value) => {
    put.run({ name, value: JSON.stringify(value), updatedAt: now() });
  };
}
