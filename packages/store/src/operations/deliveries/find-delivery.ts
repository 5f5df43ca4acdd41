import type { Delivery } from "@orch/core";

import { and, eq, sql } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { toDelivery } from "../../delivery-rows.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** A delivery by its sender and name. */
export function prepareFindDelivery({
  orm,
}: Connection): (name: { readonly source: string; readonly delivery: string }) => Delivery | undefined {
  const query = orm
    .select()
    .from(table)
    .where(and(eq(table.source, sql.placeholder("source")), eq(table.delivery, sql.placeholder("delivery"))))
    .prepare();
  return ({ source, delivery }) => {
    const row = query.get({ source, delivery });
    return row === undefined ? undefined : toDelivery(row);
  };
}
