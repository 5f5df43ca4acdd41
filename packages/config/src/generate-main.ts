import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { configDocs, schemaText } from "./config-docs.ts";

const root = join(import.meta.dirname, "..");
await writeFile(join(root, "schema.json"), schemaText());
await writeFile(join(root, "..", "..", "docs", "config.md"), configDocs());
