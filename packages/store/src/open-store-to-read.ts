import { silentLogger, type Clock, type Store } from "@orch/core";

import { connectToRead, type Connection } from "./connection.ts";
import { checkSchema } from "./migrate.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import { toStoreError } from "./store-errors.ts";

const BUSY_TIMEOUT_MS = 5000;

/** What can be looked at in a store. */
export interface StoreReader
  extends
    AsyncDisposable,
    Pick<Store, "task" | "tasks" | "taskCounts" | "attempts" | "steps" | "receipts" | "events"> {}

/**
 * Opens a store that is there, beside a daemon or without one, and never writes to it or migrates it.
 * @throws `home_unusable` when there is no file; `schema_newer`; `store_failed` when it has another schema, or is no
 * database of orch, or is damaged.
 */
export async function openStoreToRead({
  path,
  clock,
}: {
  readonly path: string;
  readonly clock: Clock;
}): Promise<StoreReader> {
  let connection: Connection | undefined;
  try {
    connection = connectToRead(path, BUSY_TIMEOUT_MS);
    checkSchema(connection);
    return createSqliteStore(connection, { path, clock, logger: silentLogger });
  } catch (thrown) {
    connection?.raw.close();
    throw toStoreError(thrown, path);
  }
}
