export { argumentsSchema } from "./arguments-schema.ts";
