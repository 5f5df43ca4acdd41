import { createHash } from "node:crypto";

import { initial } from "./migrations/0001-initial.ts";
import { webhookDeliveries } from "./migrations/0002-webhook-deliveries.ts";
import { portLeases } from "./migrations/0003-port-leases.ts";

/** One step of the schema. A released one never changes: its hash is kept in every database that has it. */
export interface Migration {
  /** 1, 2, …, without gaps. */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** All steps, in order. Append only. */
export const migrations: readonly Migration[] = [initial, webhookDeliveries, portLeases];

/** What a migration is recognised by: SHA-256 of its SQL, in hexadecimal. */
export function hashOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
