import { access } from "node:fs/promises";
import { join } from "node:path";

const NAMES = [".opencode", "opencode.json", "opencode.jsonc"];

/** True when a repository brings a configuration of opencode's own, which may name programs to run. */
export async function hasOwnConfiguration(folder: string): Promise<boolean> {
  const found = await Promise.all(
    NAMES.map((name) =>
      access(join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
