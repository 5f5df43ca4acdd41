import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Regular files below a folder that hold this text. */
export async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        // What agents work with comes and goes.
        const content = await readFile(path).catch(() => undefined);
        return content?.includes(text) === true ? [path] : [];
      }),
  );
  return found.flat();
}
