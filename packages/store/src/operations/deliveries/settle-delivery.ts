import type { DeliverySettlement } from "@orch/core";

import { eq } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { webhookDeliveries as table } from "../../schema.ts";

type Request = { readonly id: number; readonly now: number } & DeliverySettlement;

/** Ends a try. */
export function prepareSettleDelivery({ orm }: Connection): (request: Request) => void {
  return (request) => {
    orm.update(table).set(columnsAfter(request)).where(eq(table.id, request.id)).run();
  };
}

function columnsAfter(request: Request): Partial<typeof table.$inferInsert> {
  switch (request.as) {
    case "processed":
      return { state: "processed", held: false, error: null, settledAt: request.now };
    case "ignored":
    case "failed":
      return { state: request.as, held: false, error: request.error, settledAt: request.now };
    case "retry":
      return { held: false, error: request.error, notBefore: request.notBefore };
  }
}
