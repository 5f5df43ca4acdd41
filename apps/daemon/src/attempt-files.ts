import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { attemptFolder } from "@orch/config";
import type { AttemptRef } from "@orch/core";
import type { AttemptFiles } from "@orch/runner";
import { readRegularFile } from "@orch/security";

/** The attempt folders below a home. What agents may have touched is read without following links. */
export function createAttemptFiles(home: string): AttemptFiles {
  async function folder(ref: AttemptRef): Promise<string> {
    const path = attemptFolder(home, ref);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
  return {
    folder,
    async write(ref, { name, text }) {
      const path = join(await folder(ref), name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(`${path}.part`, text, { mode: 0o600 });
      await rename(`${path}.part`, path);
      return path;
    },
    async read(ref, { name, maxBytes }) {
      const read = await readRegularFile(await folder(ref), name, maxBytes);
      return read.ok ? read.value.toString("utf8") : undefined;
    },
    async remove(ref, name) {
      await rm(join(await folder(ref), name), { force: true });
    },
  };
}
