export { errorSchema, resultSchemas } from "./results.ts";
