import { eq } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** Lets go of every held delivery; it is due at once. */
export function prepareAdoptDeliveries({ orm }: Connection): (now: number) => number {
  return (now) => orm.update(table).set({ held: false, notBefore: now }).where(eq(table.held, true)).run().changes;
}
