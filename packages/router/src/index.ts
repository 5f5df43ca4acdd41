export { createRouter } from "./create-router.ts";
export { weightNow } from "./weights.ts";
