export { holdLock, type HeldLock } from "./hold-lock.ts";
export { openStore, type OpenStoreOptions } from "./open-store.ts";
export { type SqliteStore } from "./sqlite-store.ts";
