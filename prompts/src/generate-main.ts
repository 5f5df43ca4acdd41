import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { templatesModule } from "./templates-module.ts";

const folder = join(import.meta.dirname, "..", "templates");
const texts: Record<string, string> = {};
for (const file of await readdir(folder)) texts[basename(file, ".md")] = await readFile(join(folder, file), "utf8");
await writeFile(join(import.meta.dirname, "templates.ts"), templatesModule(texts));
