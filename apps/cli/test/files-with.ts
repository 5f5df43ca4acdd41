import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Regular files below a folder that hold this text. */
export async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  // What agents work with comes and goes, folders too.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesWith(path, text);
      if (!entry.isFile()) return [];
      const content = await readFile(path).catch(() => undefined);
      return content?.includes(text) === true ? [path] : [];
    }),
  );
  return found.flat();
}
