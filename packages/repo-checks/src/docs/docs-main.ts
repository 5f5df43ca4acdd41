import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { findRoot } from "../find-root.ts";
import { generateDocs } from "./generate-docs.ts";

const root = findRoot(import.meta.dirname);
for (const [path, text] of generateDocs(root)) writeFileSync(join(root, path), text);
