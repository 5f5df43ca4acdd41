import type { Delivery, NewDelivery, Reservation } from "@orch/core";

import { and, desc, eq, gte } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { columnsOf, toDelivery } from "../../delivery-rows.ts";
import { webhookDeliveries as table } from "../../schema.ts";
import { corruptRow } from "../../store-errors.ts";
import { prepareFindDelivery } from "./find-delivery.ts";

interface Request {
  readonly delivery: NewDelivery;
  readonly heldUntil: number;
  readonly samePayloadSince: number;
}

/** Records a delivery and holds it, unless it is there already or its body is. */
export function prepareReserveDelivery(connection: Connection): (request: Request) => Reservation {
  const { orm, write } = connection;
  const find = prepareFindDelivery(connection);

  function processedTwin({ delivery: { payloadHash }, samePayloadSince }: Request): Delivery | undefined {
    const row = orm
      .select()
      .from(table)
      .where(
        and(eq(table.payloadHash, payloadHash), gte(table.receivedAt, samePayloadSince), eq(table.state, "processed")),
      )
      .orderBy(desc(table.id))
      .limit(1)
      .get();
    return row === undefined ? undefined : toDelivery(row);
  }

  function isHeld({ id, notBefore }: Delivery, now: number): boolean {
    const row = orm.select({ held: table.held }).from(table).where(eq(table.id, id)).get();
    return row?.held === true && notBefore > now;
  }

  function insert(delivery: NewDelivery, state: Partial<typeof table.$inferInsert>): Delivery {
    const columns = { ...columnsOf(delivery), state: "received", tries: 1, held: true, notBefore: 0 } as const;
    const row = orm
      .insert(table)
      .values({ ...columns, ...state })
      .returning()
      .get();
    return toDelivery(row);
  }

  function again(known: Delivery, { delivery, heldUntil }: Request): Delivery {
    const tries = known.state === "received" ? known.tries + 1 : 1;
    const state = { state: "received", tries, held: true, notBefore: heldUntil, error: null, settledAt: null } as const;
    const row = orm
      .update(table)
      .set({ ...columnsOf(delivery), ...state })
      .where(eq(table.id, known.id))
      .returning()
      .get();
    if (row === undefined) throw corruptRow("webhook_deliveries", String(known.id));
    return toDelivery(row);
  }

  return (request) =>
    write((): Reservation => {
      const { delivery, heldUntil } = request;
      const now = delivery.receivedAt;
      const known = find(delivery);
      if (known !== undefined) {
        const isDone = known.state === "processed" || (known.state === "received" && isHeld(known, now));
        return isDone ? { kind: "duplicate", of: known } : { kind: "reserved", delivery: again(known, request) };
      }
      const twin = processedTwin(request);
      if (twin === undefined) return { kind: "reserved", delivery: insert(delivery, { notBefore: heldUntil }) };
      insert(delivery, { state: "processed", held: false, settledAt: now });
      return { kind: "same_payload", of: twin };
    });
}
