export { holdLock, type HeldLock } from "./hold-lock.ts";
export { inspectDatabase, type DatabaseReport } from "./inspect-database.ts";
export { openStore, type OpenStoreOptions } from "./open-store.ts";
export { openStoreToRead, type StoreReader } from "./open-store-to-read.ts";
export { type SqliteStore } from "./sqlite-store.ts";
