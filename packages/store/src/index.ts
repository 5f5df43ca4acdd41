export { holdLock, type HeldLock } from "./hold-lock.ts";
export { openStore, type OpenStoreOptions } from "./open-store.ts";
