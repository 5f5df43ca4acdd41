import { desc, lt, lte, or } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** Forgets what was received before, and all but the newest `keep`. */
export function preparePruneDeliveries({
  orm,
  write,
}: Connection): (bounds: { readonly before: number; readonly keep: number }) => number {
  return ({ before, keep }) =>
    write(() => {
      const beyond = orm.select({ id: table.id }).from(table).orderBy(desc(table.id)).limit(1).offset(keep).get();
      const old = lt(table.receivedAt, before);
      return orm
        .delete(table)
        .where(beyond === undefined ? old : or(old, lte(table.id, beyond.id)))
        .run().changes;
    });
}
