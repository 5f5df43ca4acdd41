import type { Json } from "@orch/core";

import type { Connection } from "../connection.ts";
import { cursors } from "../schema.ts";

/** Writes a named value. */
export function preparePutCursor({ orm }: Connection, now: () => number): (name: string, value: Json) => void {
  return (name, value) => {
    const changing = { value: JSON.stringify(value), updatedAt: now() };
    orm
      .insert(cursors)
      .values({ name, ...changing })
      .onConflictDoUpdate({ target: cursors.name, set: changing })
      .run();
  };
}
