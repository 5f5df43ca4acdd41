import type { Delivery } from "@orch/core";

import { and, eq, inArray } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { toDelivery } from "../../delivery-rows.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** Makes a failed or waiting delivery due, with its tries counted anew. */
export function prepareRetryDelivery({
  orm,
}: Connection): (request: { readonly delivery: string; readonly now: number }) => Delivery | undefined {
  return ({ delivery, now }) => {
    const row = orm
      .update(table)
      .set({ state: "received", tries: 0, notBefore: now, settledAt: null })
      .where(and(eq(table.delivery, delivery), inArray(table.state, ["failed", "received"]), eq(table.held, false)))
      .returning()
      .get();
    return row === undefined ? undefined : toDelivery(row);
  };
}
